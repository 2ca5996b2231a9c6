import { restartGuest } from '../../machine/stopping.ts';
import { requireGuest } from '../../state/declared.ts';
import { type Define, guestsArgument } from '../command.ts';
import { eachGuest } from '../each-guest.ts';
import { requireCreated } from '../preconditions.ts';
import { startAndTell } from '../start-guest.ts';
import { tellWarning } from '../stop-guest.ts';

export const restart: Define = (guestctl) =>
  guestctl
    .command('restart')
    .description('Shut guests down and start them again, and wait until they are up')
    .addArgument(guestsArgument())
    .action(async (names: string[], _options, command) => {
      // Mistakes in a file would keep the guest from starting again.
      await eachGuest(names.map(requireGuest), async (guest) => {
        requireCreated(guest);
        await startAndTell(guest, command, () => restartGuest(guest.name, tellWarning));
      });
    });
