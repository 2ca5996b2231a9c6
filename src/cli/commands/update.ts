import { requireGuest } from '../../state/declared.ts';
import { updateAndFollow } from '../follow.ts';
import { type Define, guestsArgument } from '../frame.ts';

export const update: Define = (guestctl) =>
  guestctl
    .command('update')
    .description('create guests, or update them now, and show how it goes; Ctrl-C leaves it to itself')
    .addArgument(guestsArgument())
    .action(async (names: string[], _options, command) => {
      for (const { name } of names.map(requireGuest)) await updateAndFollow(name, command);
    });
