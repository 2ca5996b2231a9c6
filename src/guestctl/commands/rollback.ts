import { isRunning } from '../../host/systemctl.ts';
import { requireGuest } from '../../state/declared.ts';
import { askForRollback } from '../../steps/update/ask-for-rollback.ts';
import { type Define, deploymentArgument, guestArgument, say } from '../command.ts';
import { deploymentWords } from '../screens/wording.ts';

export const rollback: Define = (guestctl) =>
  guestctl
    .command('rollback')
    .description('boot the deployment before, or another one, at the next start')
    .addArgument(guestArgument())
    .addArgument(deploymentArgument())
    .option('--var', 'put back the snapshot of /var that was taken when that deployment was left')
    .addHelpText('after', consequences)
    .action(async (name: string, deployment: string | undefined, options: { var?: true }, command) => {
      const guest = requireGuest(name);
      const target = askForRollback(guest, deployment, options.var === true);
      const how = (await isRunning(name)) ? `machinectl reboot ${name}` : `machinectl start ${name}`;
      say(command, `${name} boots ${deploymentWords(target)} when it starts next: ${how}`);
      say(command, options.var ? `${etc} ${varBack}` : `${etc} ${varStays}`);
    });

const etc =
  'Its /etc will be as it was when it ran last; what was edited since then stays with the other deployment.';
const varStays = 'Its /var stays as it is.';
const varBack = 'Its /var will be as it was when the update was deployed; the present one is kept beside it.';

const consequences = `
Each deployment has an /etc of its own: the one that comes back is as it was when it ran last. /var is the same for all
deployments and stays as it is, unless --var puts a snapshot back (SnapshotVar=yes). The commit that is left is not staged
again until "guestctl forgive". Nothing changes before the guest's next start; rolling back to the deployment that is the
default calls it off.`;
