import { setPinned } from '../../ostree/pins.ts';
import { requireGuest } from '../../state/declared.ts';
import { findDeployment } from '../../steps/update/ask-for-rollback.ts';
import { type Define, guestArgument, requiredDeploymentArgument, say } from '../command.ts';
import { deploymentWords } from '../screens/wording.ts';

const define =
  (verb: string, description: string, pinned: boolean): Define =>
  (guestctl) =>
    guestctl
      .command(verb)
      .description(description)
      .addArgument(guestArgument())
      .addArgument(requiredDeploymentArgument())
      .action(async (name: string, wanted: string, _options, command) => {
        const guest = requireGuest(name);
        const deployment = findDeployment(guest, wanted);
        await setPinned(guest, deployment, pinned);
        say(
          command,
          `${deploymentWords(deployment)} is ${pinned ? 'pinned: it is kept until you unpin it' : 'no longer pinned'}`,
        );
      });

export const pin = define('pin', 'Protect a deployment from clean-up', true);
export const unpin = define('unpin', 'Allow a deployment to be cleaned up again', false);
