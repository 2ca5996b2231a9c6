import { Argument } from 'commander';
import { tell } from '../../host/tell.ts';
import { adopt as adoptStateroot } from '../../steps/adopt/adopt.ts';
import { type Define, deploymentArgument, say } from '../command.ts';

export const adopt: Define = (guestctl) =>
  guestctl
    .command('adopt')
    .description('Turn a stateroot of the host into a guest')
    .addArgument(new Argument('<stateroot>', 'its name in /ostree/deploy, also the name of the guest'))
    .addArgument(deploymentArgument())
    .option('--remove', 'Once the guest has booted, undeploy the old one')
    .action(
      (
        stateroot: string,
        deployment: string | undefined,
        { remove = false }: { remove?: boolean },
        command,
      ) =>
        adoptStateroot(
          { stateroot, deployment, remove },
          { step: (text) => say(command, text), progress: () => undefined, warn: tell },
        ),
    );
