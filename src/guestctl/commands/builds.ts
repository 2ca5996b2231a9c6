import { overviewOfBuilds } from '../builds.ts';
import { type Define, outputOption, print } from '../command.ts';
import { complainOf } from '../complain.ts';
import { tellHidden } from '../needs-root.ts';
import { buildJson, buildsText } from '../screens/builds.ts';
import { isForRoot } from '../screens/list.ts';

export const builds: Define = (guestctl) =>
  guestctl
    .command('builds')
    .description('List builds: their last results, and what is published for other hosts')
    .addOption(outputOption())
    .action(async (_options, command) => {
      const { overviews, broken } = await overviewOfBuilds();
      await print(command, {
        json: () => overviews.map(buildJson),
        text: (screen) => (overviews.length + broken.length === 0 ? nobody : buildsText(overviews, screen)),
      });
      complainOf(broken.flatMap(({ problems }) => problems));
      if (overviews.some(({ isHidden }) => isHidden) || broken.some(isForRoot))
        tellHidden('the results of builds');
    });

const nobody = 'No build is declared. Templates: guestctl create --list-templates';
