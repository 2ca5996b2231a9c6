import { requireGuest } from '../../state/declared.ts';
import { type Define, guestsArgument } from '../command.ts';
import { updateAndFollow } from '../follow-update.ts';

export const update: Define = (guestctl) =>
  guestctl
    .command('update')
    .description('create guests, or update them now, and show how it goes; Ctrl-C leaves it to itself')
    .addArgument(guestsArgument())
    .action(async (names: string[], _options, command) => {
      for (const { name } of names.map(requireGuest)) await updateAndFollow(name, command);
    });
