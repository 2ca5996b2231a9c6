import { Argument } from 'commander';
import { defaultSysrootOf } from '../../config/paths.ts';
import { adopt as adoptStateroot } from '../../steps/adopt/adopt.ts';
import { type Define, deploymentArgument } from '../command.ts';
import { terminalReport } from '../terminal-report.ts';
import { requireOwnPlaces } from '../verify/shared-sysroot.ts';

export const adopt: Define = (guestctl) =>
  guestctl
    .command('adopt')
    .description('Turn a stateroot of the host into a guest')
    .addArgument(new Argument('<stateroot>', 'its name in /ostree/deploy, also the name of the guest'))
    .addArgument(deploymentArgument())
    .option('--remove', 'Once the guest has booted, undeploy the old one')
    .action(
      async (
        stateroot: string,
        deployment: string | undefined,
        { remove = false }: { remove?: boolean },
        command,
      ) => {
        requireOwnPlaces({ name: stateroot, sysroot: defaultSysrootOf(stateroot) });
        const report = terminalReport(command);
        await adoptStateroot({ stateroot, deployment, remove }, report).finally(report.end);
      },
    );
