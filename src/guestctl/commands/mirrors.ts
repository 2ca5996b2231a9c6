import { type Define, failed, outputOption, print } from '../command.ts';
import { complainOf } from '../complain.ts';
import { overviewOfMirrors } from '../mirrors.ts';
import { tellHidden } from '../needs-root.ts';
import { isForRoot } from '../screens/list.ts';
import { mirrorJson, mirrorsText } from '../screens/mirrors.ts';

export const mirrors: Define = (guestctl) =>
  guestctl
    .command('mirrors')
    .description(
      'List mirrors and their refs. Exits with 1 if one failed or has had nothing new for too long',
    )
    .addOption(outputOption())
    .action(async (_options, command) => {
      const { overviews, broken } = await overviewOfMirrors();
      await print(command, {
        json: () => overviews.map(mirrorJson),
        text: (screen) => (overviews.length + broken.length === 0 ? nobody : mirrorsText(overviews, screen)),
      });
      complainOf(broken.flatMap(({ problems }) => problems));
      if (overviews.some(({ isHidden }) => isHidden) || broken.some(isForRoot))
        tellHidden('the results of mirrors');
      if (
        overviews.some(({ result, refs }) => result?.failure !== undefined || refs.some(({ stale }) => stale))
      )
        process.exitCode = failed;
    });

const nobody = 'No mirror is declared: ostree-guests.mirror(5)';
