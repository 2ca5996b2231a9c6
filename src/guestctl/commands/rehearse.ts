import { requireGuest } from '../../state/declared.ts';
import { requireRehearsable } from '../../steps/rehearse/rehearsable.ts';
import { type Define, guestArgument, say } from '../command.ts';
import { rehearseAndFollow } from '../follow.ts';

export const rehearse: Define = (guestctl) =>
  guestctl
    .command('rehearse')
    .description('Boot the staged update as a throwaway machine, and check whether it is healthy')
    .addArgument(guestArgument())
    .action(async (name: string, _options, command) => {
      await requireRehearsable(requireGuest(name));
      await rehearseAndFollow(name, command);
      say(command, 'The rehearsal succeeded');
    });
