import { requireGuest } from '../../state/declared.ts';
import { type Define, guestsArgument } from '../command.ts';
import { updateAndFollow } from '../follow-update.ts';

export const update: Define = (guestctl) =>
  guestctl
    .command('update')
    .description('Update or create guests now, and show the progress (Ctrl-C detaches)')
    .addArgument(guestsArgument())
    .action(async (names: string[], _options, command) => {
      for (const { name } of names.map(requireGuest)) await updateAndFollow(name, command);
    });
