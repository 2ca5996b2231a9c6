import { isPinned } from '../../ostree/deployments.ts';
import { uniqueSpace } from '../../ostree/unique-space.ts';
import { requireGuest } from '../../state/declared.ts';
import { readRejection } from '../../state/rejected.ts';
import { unlessDamaged } from '../../state/state-file.ts';
import { type Define, guestArgument, outputOption, print } from '../command.ts';
import { needsRoot } from '../needs-root.ts';
import { type Overview, overviewOf } from '../overview.ts';
import type { Screen } from '../screen.ts';
import { type DeploymentRow, deploymentJson, deploymentsText } from '../screens/deployments.ts';
import { undeployedWords } from '../screens/wording.ts';
import { wrapped } from '../screens/wrapped.ts';

export const deployments: Define = (guestctl) =>
  guestctl
    .command('deployments')
    .description('List deployments of a guest and their states, the default deployment first')
    .addArgument(guestArgument())
    .addOption(outputOption())
    .action(async (name: string, _options, command) => {
      const overview = await overviewOf(requireGuest(name));
      if (overview.isHidden) throw needsRoot();
      const rows = rowsOf(overview, await uniqueSpace(overview.deployments));
      await print(command, {
        json: () => rows.map(deploymentJson),
        text: (screen) => [deploymentsText(rows, screen), ...undeployedLines(overview, screen)].join('\n'),
      });
    });

const rowsOf = (
  { guest, deployments, running, trial, rollback }: Overview,
  space: ReadonlyMap<string, number>,
): DeploymentRow[] =>
  deployments.map((deployment, index) => ({
    deployment,
    isDefault: index === 0,
    isNext: deployment.name === (rollback?.deployment ?? deployments[0]?.name),
    isRunning: deployment === running,
    isPinned: isPinned(deployment),
    trial: index === 0 ? trial : undefined,
    rejection: unlessDamaged(() => readRejection(guest.name, deployment.checksum)),
    unique: space.get(deployment.name) ?? 0,
  }));

const undeployedLines = ({ undeployed }: Overview, { width }: Screen): string[] =>
  undeployed ? ['', ...wrapped(undeployedWords(undeployed), width, '')] : [];
