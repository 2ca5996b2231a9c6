import { type Define, failed, failedOption, outputOption, print } from '../command.ts';
import { complainOf } from '../complain.ts';
import { hasFailed, overviewOfMirrors } from '../mirrors.ts';
import { tellHidden } from '../needs-root.ts';
import { isForRoot } from '../screens/list.ts';
import { brokenMirrorJson, mirrorJson, mirrorsText } from '../screens/mirrors.ts';

export const mirrors: Define = (guestctl) =>
  guestctl
    .command('mirrors')
    .description('List mirrors and their refs: what clients get, and what is wrong')
    .addOption(failedOption('mirrors'))
    .addOption(outputOption())
    .action(async ({ failed: onlyFailed }: { failed?: true }, command) => {
      const { overviews, broken } = await overviewOfMirrors();
      const listed = onlyFailed ? overviews.filter(hasFailed) : overviews;
      const unusable = broken.filter((one) => !isForRoot(one));
      await print(command, {
        json: () => [...listed.map(mirrorJson), ...unusable.map(brokenMirrorJson)],
        text: (screen) => {
          if (overviews.length + broken.length === 0) return nobody;
          return onlyFailed && listed.length === 0 ? '' : mirrorsText(listed, screen);
        },
      });
      complainOf(broken.flatMap(({ problems }) => problems));
      if (overviews.some(({ isHidden }) => isHidden) || broken.some(isForRoot))
        tellHidden('the results of mirrors');
      if (onlyFailed && listed.length > 0) process.exitCode = failed;
    });

const nobody = 'No mirror is declared: ostree-guests.mirror(5)';
