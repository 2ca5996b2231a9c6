import { wallClock } from '../../host/clock.ts';
import { tell } from '../../host/tell.ts';
import { type Define, failed, failedOption, formatOf, outputOption, print } from '../command.ts';
import { complainOf } from '../complain.ts';
import { tellHidden } from '../needs-root.ts';
import { overviewOfAll } from '../overview.ts';
import { brokenJson, overviewJson } from '../screens/json.ts';
import { isForRoot, listText } from '../screens/list.ts';
import { troublesOf } from '../troubles.ts';

export const list: Define = (guestctl) =>
  guestctl
    .command('list')
    .description('List guests: what runs, what happens next, and what is wrong')
    .addOption(failedOption('guests'))
    .addOption(outputOption())
    .addHelpText('after', notesHelp)
    .action(async ({ failed: onlyFailed }: { failed?: true }, command) => {
      // The table needs only what two processes report.
      const { overviews, broken } = await overviewOfAll({ shows: formatOf(command) === 'json' });
      const listed = onlyFailed ? overviews.filter((one) => troublesOf(one).length > 0) : overviews;
      const unusable = onlyFailed ? broken.filter((one) => !isForRoot(one.broken)) : broken;
      await print(command, {
        json: () => [...listed.map(overviewJson), ...unusable.map(brokenJson)],
        text: (screen) => {
          if (overviews.length + broken.length === 0) return nobody;
          const rows = [...listed, ...unusable];
          return onlyFailed && rows.length === 0 ? '' : listText(rows, screen, new Date(wallClock()));
        },
      });
      complainOf(broken.flatMap(({ broken }) => broken.problems));
      for (const { guest, damage } of overviews) {
        if (damage === undefined) continue;
        tell(`${guest.name}: ${damage}`);
        process.exitCode = failed;
      }
      if (overviews.some(({ isHidden }) => isHidden) || broken.some((one) => isForRoot(one.broken)))
        tellHidden('which versions run, and what is staged');
      if (onlyFailed && listed.length > 0) process.exitCode = failed;
    });

const nobody =
  'No guest is declared. Create one: guestctl create NAME --build debian --start (more: guestctl create --help)';

const notesHelp = `
NOTES are what is wrong, "on trial", and what is due. A reload is due if systemd
has not read the guest file as it is now, an update if the file or its build
asks for another tree, and a reboot if the machine was started with other
options or credentials, or runs another deployment than the next start boots.
"update waits": a start applies it only later (NotBefore=, SwitchWindowSec=).
"rehearsal due": no start applies it before its rehearsal (Rehearse=yes).
"waits for lock": the FleetLock server gave none when it was last asked.
guestctl status NAME says more, and names the commands.`;
