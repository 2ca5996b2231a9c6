import { listDeployments } from '../../ostree/deployments.ts';
import { requireGuest } from '../../state/declared.ts';
import { isWaitingForLock } from '../../state/fleet-lock.ts';
import { readNext } from '../../steps/switch/read-state.ts';
import { nextCommit } from '../../steps/switch/rule.ts';
import { type Define, guestsArgument, say, skipped } from '../command.ts';
import { switchAndFollow, updateAndFollow } from '../follow.ts';

export const update: Define = (guestctl) =>
  guestctl
    .command('update')
    .description('Update or create guests now, and show the progress (Ctrl-C detaches)')
    .addArgument(guestsArgument())
    .option('--switch', 'Then restart running guests into their updates, and wait until they are healthy')
    .addHelpText('after', explanation)
    .action(async (names: string[], options: { switch?: true }, command) => {
      for (const guest of names.map(requireGuest)) {
        const isNew = listDeployments(guest.sysroot).length === 0;
        if (await updateAndFollow(guest.name, command)) process.exitCode = skipped;
        if (isNew) say(command, `Start it: guestctl start ${guest.name}`);
        if (!options.switch || nextCommit(readNext(guest)) === undefined) continue;
        await switchAndFollow(guest.name, command);
        if (isWaitingForLock(guest.name)) process.exitCode = skipped;
      }
    });

const explanation = `
If the source offers only what was rejected, update skips it, says why,
and exits with 3. To try it again: guestctl forgive NAME`;
