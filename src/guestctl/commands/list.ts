import { tell } from '../../host/tell.ts';
import { type Define, failed, formatOf, outputOption, print } from '../command.ts';
import { complainOf } from '../complain.ts';
import { overviewOfAll } from '../overview.ts';
import { overviewJson } from '../screens/json.ts';
import { listText } from '../screens/list.ts';

export const list: Define = (guestctl) =>
  guestctl
    .command('list')
    .description('List guests: what runs, what is staged, when the next update is')
    .addOption(outputOption())
    .action(async (_options, command) => {
      // The table needs only what two processes report.
      const { overviews, broken } = await overviewOfAll({ shows: formatOf(command) === 'json' });
      await print(command, {
        json: () => overviews.map(overviewJson),
        text: (screen) => listText(overviews, broken, screen),
      });
      complainOf(broken.flatMap(({ problems }) => problems));
      for (const { guest, damage } of overviews) {
        if (damage === undefined) continue;
        tell(`${guest.name}: ${damage}`);
        process.exitCode = failed;
      }
    });
