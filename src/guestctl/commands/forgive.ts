import { requireGuest } from '../../state/declared.ts';
import { forgive as forget, rejectedCommits } from '../../state/rejected.ts';
import { forgetUndeployed, readUndeployed } from '../../state/undeployed.ts';
import { type Define, guestArgument, say } from '../command.ts';
import { short } from '../screens/wording.ts';

export const forgive: Define = (guestctl) =>
  guestctl
    .command('forgive')
    .description('Let updates try failed commits again')
    .addArgument(guestArgument())
    .action((name: string, _options, command) => {
      const guest = requireGuest(name);
      const rejected = rejectedCommits(guest.name);
      for (const { checksum, reason } of rejected) {
        forget(name, checksum);
        say(command, `Forgiven: ${short(checksum)} (${reason})`);
      }
      const undeployed = readUndeployed(guest);
      forgetUndeployed(name);
      if (undeployed) say(command, `Forgiven: ${short(undeployed.checksum)} (${undeployed.reason})`);
      if (rejected.length === 0 && !undeployed) return say(command, `No commit of ${name} has failed`);
      if (rejected.length > 0) say(command, `Try it again: guestctl update ${name}`);
    });
