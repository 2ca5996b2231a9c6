import type { Guest } from '../../config/guest.ts';
import { diskUsage } from '../../host/disk-usage.ts';
import { Failure } from '../../host/failure.ts';
import { tell } from '../../host/tell.ts';
import { isRunning } from '../../machine/guest-state.ts';
import { listDeployments } from '../../ostree/deployments.ts';
import { varOf } from '../../ostree/sysroot.ts';
import { requireGuest } from '../../state/declared.ts';
import { confirm } from '../ask.ts';
import { type Define, guestArgument, say } from '../command.ts';
import { declarationsOf, removeGuest, requireUnshared, toBeRemoved } from '../remove/remove-guest.ts';
import { refuseHalfRenamed } from '../rename/guard.ts';
import { sizeWords } from '../screens/wording.ts';
import { lockOf } from '../transfer/parts.ts';

export const remove: Define = (guestctl) =>
  guestctl
    .command('remove')
    .description('Delete a stopped guest: its guest file, deployments and /var')
    .addArgument(guestArgument())
    .option('-y, --yes', 'Do not ask for confirmation')
    .option('--keep-var', 'Keep its /var for a guest of this name that is created later')
    .action(async (name: string, options: { yes?: true; keepVar?: true }, command) => {
      const guest = await requireRemovable(name);
      const keepVar = options.keepVar === true;
      const told = toBeRemoved(guest);
      tell(`This permanently deletes of ${name}:`);
      for (const path of told) tell(`  ${path}`);
      const { length } = listDeployments(guest.sysroot);
      const size = sizeWords(await diskUsage(guest.sysroot));
      const what = `${length} ${length === 1 ? 'deployment' : 'deployments'}`;
      tell(`  with ${what}, ${size} with what it shares with other guests`);
      if (keepVar) tell(`and keeps its /var, in ${varOf(guest.sysroot, name)}`);
      if (!options.yes && !(await confirm('Go on?')))
        throw new Failure(
          'Nothing was removed',
          `To remove it without a question: guestctl remove --yes ${name}`,
        );
      const release = await lockOf(name);
      try {
        // Until now, somebody may have started it, changed its files, or removed it and made another one.
        const current = await requireRemovable(name);
        if (toBeRemoved(current).some((path) => !told.includes(path)))
          throw new Failure(
            `The files of ${name} have changed meanwhile, nothing was removed`,
            'Try it again',
          );
        await removeGuest(current, { keepVar, declarations: declarationsOf(current) });
      } finally {
        await release();
      }
      say(command, `${name} is removed`);
    });

/** Returns a guest. Fails if it runs, is half renamed, or has its directory in common with another guest. */
async function requireRemovable(name: string): Promise<Guest> {
  const guest = requireGuest(name);
  refuseHalfRenamed(name);
  requireUnshared(guest);
  if (await isRunning(name))
    throw new Failure(`${name} is running, nothing was removed`, `Stop it: guestctl stop ${name}`);
  return guest;
}
