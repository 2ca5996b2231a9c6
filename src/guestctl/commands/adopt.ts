import { Argument } from 'commander';
import { adopt as adoptStateroot } from '../../steps/adopt/adopt.ts';
import { type Define, deploymentArgument, say } from '../command.ts';

export const adopt: Define = (guestctl) =>
  guestctl
    .command('adopt')
    .description('makes a guest of a stateroot in the sysroot of the host; the old one stays until --remove')
    .addArgument(
      new Argument('<stateroot>', 'its name below /ostree/deploy, which becomes the name of the guest'),
    )
    .addArgument(deploymentArgument())
    .option('--remove', 'undeploy the old one from the host, once the guest has booted')
    .action(
      (
        stateroot: string,
        deployment: string | undefined,
        { remove = false }: { remove?: boolean },
        command,
      ) => adoptStateroot({ stateroot, deployment, remove }, (text) => say(command, text)),
    );
