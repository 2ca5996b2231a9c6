import { readFileSync } from 'node:fs';
import { Argument, type Command } from 'commander';
import { configDirectory } from '../../config/paths.ts';
import { tell } from '../../host/tell.ts';
import { restartGuest } from '../../machine/stopping.ts';
import { carryOut, planApply, type Steps } from '../apply/apply.ts';
import { readDeclarations } from '../apply/input.ts';
import { type Define, failed, outputOption, print } from '../command.ts';
import { switchAndFollow, updateAndFollow } from '../follow.ts';
import { appliedJson, appliedText } from '../screens/applied.ts';
import { startAndTell } from '../start-guest.ts';
import { tellWarning } from '../stop-guest.ts';

export const apply: Define = (guestctl) =>
  guestctl
    .command('apply')
    .description('Check guest files, put them in place, and update and restart the guests that they change')
    .addArgument(
      new Argument('<file>', 'guest, build or mirror file, directory of such files, or - for standard input'),
    )
    .option('--dry-run', 'Only show what would be done')
    .addOption(outputOption())
    .addHelpText('after', explanation)
    .action(async (file: string, { dryRun = false }: { dryRun?: boolean }, command) => {
      const plan = await planApply(readDeclarations(file, () => readFileSync(0, 'utf8')));
      const applied = dryRun ? plan : await carryOut(plan, stepsOf(command));
      if (applied.guests.some(({ failure }) => failure !== undefined)) process.exitCode = failed;
      await print(command, {
        json: () => appliedJson(applied),
        text: () => appliedText(applied, dryRun),
      });
    });

const stepsOf = (command: Command): Steps => ({
  update: (guest) => updateAndFollow(guest, command),
  switchOver: (guest) => switchAndFollow(guest, command),
  restart: (guest) => startAndTell(guest, command, () => restartGuest(guest.name, tellWarning)),
  tellFailure: tell,
});

const explanation = `
Nothing is changed unless all files are right. Applying the same files again
prints "unchanged": guests that follow their files are left alone. New guests
are created, but not started. A guest that is stopped stays stopped. Files in
${configDirectory} that are not given stay as they are.

On standard input, as in a file of Quadlets, each file begins with a line that
names it below ${configDirectory}, and a line --- stands between two files:

  # FileName=mail.guest
  [Guest]
  Build=debian
  ---
  # FileName=mail.guest.d/10-memory.conf
  [Service]
  MemoryMax=2G`;
