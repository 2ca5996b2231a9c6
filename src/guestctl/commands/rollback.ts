import { isRunning } from '../../machine/guest-state.ts';
import { requireGuest } from '../../state/declared.ts';
import { askForRollback } from '../../steps/update/ask-for-rollback.ts';
import { type Define, deploymentArgument, guestArgument, say } from '../command.ts';
import { deploymentWords } from '../screens/wording.ts';

export const rollback: Define = (guestctl) =>
  guestctl
    .command('rollback')
    .description('Boot the previous deployment, or another one, at the next start')
    .addArgument(guestArgument())
    .addArgument(deploymentArgument())
    .option('--var', 'Restore the snapshot of /var taken before the update that replaced that deployment')
    .addHelpText('after', consequences)
    .action(async (name: string, deployment: string | undefined, options: { var?: true }, command) => {
      const guest = requireGuest(name);
      const target = askForRollback(guest, deployment, options.var === true);
      const how = `guestctl ${(await isRunning(name)) ? 'reboot' : 'start'} ${name}`;
      say(command, `${name} boots ${deploymentWords(target)} when it starts next: ${how}`);
      say(command, options.var ? `${etc} ${varBack}` : `${etc} ${varStays}`);
    });

const etc =
  'Its /etc will be as it was when that deployment last ran; later edits stay with the other deployment.';
const varStays = 'Its /var does not change.';
const varBack = 'Its /var will be as it was when the update was deployed; the present one is kept.';

const consequences = `
Each deployment has its own /etc, so /etc will be as it was when that deployment
last ran. All deployments share /var. It does not change, unless --var restores
a snapshot (SnapshotVar=yes). Updates skip the commit that the guest goes back
from until "guestctl forgive". Nothing changes before the next start of the
guest. To cancel, run guestctl rollback NAME DEPLOYMENT with the first
deployment of guestctl deployments NAME.`;
