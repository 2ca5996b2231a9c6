import { hasFailed, overviewOfBuilds } from '../builds.ts';
import { type Define, failed, failedOption, outputOption, print } from '../command.ts';
import { complainOf } from '../complain.ts';
import { tellHidden } from '../needs-root.ts';
import { brokenBuildJson, buildJson, buildsText } from '../screens/builds.ts';
import { isForRoot } from '../screens/list.ts';

export const builds: Define = (guestctl) =>
  guestctl
    .command('builds')
    .description('List builds: their last results, and what is published for other hosts')
    .addOption(failedOption('builds'))
    .addOption(outputOption())
    .action(async ({ failed: onlyFailed }: { failed?: true }, command) => {
      const { overviews, broken } = await overviewOfBuilds();
      const listed = onlyFailed ? overviews.filter(hasFailed) : overviews;
      const unusable = broken.filter((one) => !isForRoot(one));
      await print(command, {
        json: () => [...listed.map(buildJson), ...unusable.map(brokenBuildJson)],
        text: (screen) => {
          if (overviews.length + broken.length === 0) return nobody;
          return onlyFailed && listed.length === 0 ? '' : buildsText(listed, screen);
        },
      });
      complainOf(broken.flatMap(({ problems }) => problems));
      if (overviews.some(({ isHidden }) => isHidden) || broken.some(isForRoot))
        tellHidden('the results of builds');
      if (onlyFailed && listed.length > 0) process.exitCode = failed;
    });

const nobody = 'No build is declared. Templates: guestctl create --list-templates';
