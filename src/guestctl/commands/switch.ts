import { requireGuest } from '../../state/declared.ts';
import { isWaitingForLock } from '../../state/fleet-lock.ts';
import { releaseWithoutLock } from '../../state/released.ts';
import { whatIsStaged } from '../../state/staged-update.ts';
import { type Define, guestArgument, skipped } from '../command.ts';
import { switchAndFollow } from '../follow.ts';

export const switchCommand: Define = (guestctl) =>
  guestctl
    .command('switch')
    .description('Restart a running guest into the staged update, and wait until it is healthy')
    .addArgument(guestArgument())
    .option('--force', 'Do without the lock of FleetLock=')
    .addHelpText('after', explanation)
    .action(async (name: string, options: { force?: true }, command) => {
      const guest = requireGuest(name);
      const staged = options.force && whatIsStaged(guest);
      if (staged) releaseWithoutLock(name, staged.checksum);
      await switchAndFollow(name, command);
      if (isWaitingForLock(name)) process.exitCode = skipped;
    });

const explanation = `
With FleetLock=, the guest is restarted only with the lock of the server. While
that is not to be had, the guest runs on, the lock is asked for every 5 minutes,
and switch exits with 3.`;
