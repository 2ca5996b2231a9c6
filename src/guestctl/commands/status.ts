import { requireGuest } from '../../state/declared.ts';
import { type Define, guestArgument, outputOption, print } from '../command.ts';
import { gatherDetails } from '../details.ts';
import { tellHidden } from '../needs-root.ts';
import { overviewOf } from '../overview.ts';
import { statusJson } from '../screens/json.ts';
import { statusText } from '../screens/status.ts';

export const status: Define = (guestctl) =>
  guestctl
    .command('status')
    .description('Show the state of a guest: which deployment runs, which is next, and when')
    .addArgument(guestArgument())
    .addOption(outputOption())
    .action(async (name: string, _options, command) => {
      const overview = await overviewOf(requireGuest(name));
      if (overview.isHidden) tellHidden('which version runs, and what is staged');
      const details = await gatherDetails(overview);
      await print(command, {
        json: () => statusJson(overview, details),
        text: (screen) => statusText(overview, details, screen),
      });
    });
