import { existsSync } from 'node:fs';
import { Argument } from 'commander';
import { loadGuest } from '../../config/load.ts';
import { Failure } from '../../host/failure.ts';
import { nodeFiles } from '../../host/node-files.ts';
import { enableUnits, guestUnit, startUnit, timerUnit } from '../../host/systemctl.ts';
import { type Define, say } from '../command.ts';
import { updateAndFollow } from '../follow-update.ts';
import { guestFileOf, installGuestFile, problemsWith } from '../install-guest-file.ts';
import { type NewGuest, newGuestText } from '../new-guest.ts';

interface Options extends NewGuest {
  readonly start?: true;
  readonly enable?: true;
}

const collect = (value: string, before: string[] = []): string[] => [...before, value];

export const create: Define = (guestctl) =>
  guestctl
    .command('create')
    .description('declare a guest, and make it: writes its guest file, checks it, fetches its tree')
    .addArgument(new Argument('<name>', 'its name: 1 to 63 of a-z, 0-9 and -'))
    .option('--ref <remote:ref>', 'the tree that it follows, of a remote')
    .option('--url <url>', "where the remote is; the default is the host's remote of that name")
    .option('--gpg-key <file>', 'the keys that may sign its commits')
    .option('--description <text>', 'what it is for')
    .option('--set <section.key=value>', 'any other setting; may be given more than once', collect)
    .option('--enable', 'keep it updated by its timer, and start it at each boot of the host')
    .option('--start', 'start it once it is made')
    .action(async (name: string, options: Options, command) => {
      const text = newGuestText(options);
      await declare(name, text);
      say(command, `Wrote ${guestFileOf(name)}`);
      if (options.enable) {
        await enableUnits([guestUnit(name)]);
        await enableUnits([timerUnit(name)], '--now');
        say(command, `Enabled ${name} at boot, and its updates by ${timerUnit(name)}`);
      }
      await updateAndFollow(name, command);
      if (options.start) {
        await startUnit(guestUnit(name));
        say(command, `${name} runs. A shell in it: guestctl shell ${name}`);
      }
    });

/** Only a guest that could be made is declared. */
async function declare(name: string, text: string): Promise<void> {
  const file = guestFileOf(name);
  if (existsSync(file) || loadGuest(nodeFiles, name))
    throw new Failure(`${name} is declared already`, `Change it: guestctl edit ${name}`);
  const problems = await problemsWith(name, text);
  if (problems !== '') throw new Failure(`${problems}\nNothing was written`);
  await installGuestFile(name, text);
}
