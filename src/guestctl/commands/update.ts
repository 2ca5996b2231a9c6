import { requireGuest } from '../../state/declared.ts';
import { readNext } from '../../steps/switch/read-state.ts';
import { nextCommit } from '../../steps/switch/rule.ts';
import { type Define, guestsArgument } from '../command.ts';
import { switchAndFollow, updateAndFollow } from '../follow.ts';

export const update: Define = (guestctl) =>
  guestctl
    .command('update')
    .description('Update or create guests now, and show the progress (Ctrl-C detaches)')
    .addArgument(guestsArgument())
    .option('--switch', 'Then restart running guests into their updates, and wait until they are healthy')
    .action(async (names: string[], options: { switch?: true }, command) => {
      for (const guest of names.map(requireGuest)) {
        await updateAndFollow(guest.name, command);
        if (options.switch && nextCommit(readNext(guest)) !== undefined)
          await switchAndFollow(guest.name, command);
      }
    });
