import { existsSync } from 'node:fs';
import { Argument } from 'commander';
import { loadGuest } from '../../config/load.ts';
import { Failure } from '../../host/failure.ts';
import { nodeFiles } from '../../host/node-files.ts';
import { startUnit } from '../../host/systemctl.ts';
import { driver } from '../../machine/driver.ts';
import { requireGuest } from '../../state/declared.ts';
import { type Define, say } from '../command.ts';
import { enableGuest } from '../enablement.ts';
import { updateAndFollow } from '../follow.ts';
import { guestFileOf, installGuestFile, problemsWith } from '../install-guest-file.ts';
import { type NewGuest, newGuestText } from '../new-guest.ts';
import { startAndTell } from '../start-guest.ts';

interface Options extends NewGuest {
  readonly start?: true;
  readonly enable?: true;
}

const collect = (value: string, before: string[] = []): string[] => [...before, value];

export const create: Define = (guestctl) =>
  guestctl
    .command('create')
    .description('Create a guest: write and check its guest file, then fetch its tree')
    .addArgument(new Argument('<name>', 'name of the guest: 1 to 63 of a-z, 0-9 and -'))
    .option('--ref <remote:ref>', 'Tree to follow, of a remote')
    .option('--url <url>', "URL of the remote. Default: the host's remote of that name")
    .option('--gpg-key <file>', 'Keys that may sign the commits')
    .option('--description <text>', 'Description for people')
    .option('--set <section.key=value>', 'Any other setting. May be given more than once', collect)
    .option('--enable', 'Enable its update timer, and start it when the host boots')
    .option('--start', 'Start it once it is created')
    .action(async (name: string, options: Options, command) => {
      const text = newGuestText(options);
      await declare(name, text);
      say(command, `Wrote ${guestFileOf(name)}`);
      if (options.enable) {
        const timers = await enableGuest(requireGuest(name), true);
        say(command, `Enabled ${name} at boot, and its updates by ${timers.join(', ')}`);
      }
      await updateAndFollow(name, command);
      if (options.start) {
        await startAndTell(requireGuest(name), command, () => startUnit(driver.unit(name)));
      }
    });

/** Writes the guest file, if nothing is wrong with it. */
async function declare(name: string, text: string): Promise<void> {
  const file = guestFileOf(name);
  if (existsSync(file) || loadGuest(nodeFiles, name))
    throw new Failure(`${name} is declared already`, `Change it: guestctl edit ${name}`);
  const problems = await problemsWith(name, text);
  if (problems !== '') throw new Failure(`${problems}\nNothing was written`);
  await installGuestFile(name, text);
}
