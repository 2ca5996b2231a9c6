import { tell } from '../../host/tell.ts';
import { requireGuestName } from '../../state/declared.ts';
import { type Define, guestsArgument } from '../command.ts';
import { eachGuest } from '../each-guest.ts';
import { stopAndTell } from '../stop-guest.ts';

export const stop: Define = (guestctl) =>
  guestctl
    .command('stop')
    .description('Shut guests down, and wait until they are stopped')
    .addArgument(guestsArgument())
    .action(async (names: string[], _options, command) => {
      await eachGuest(
        names.map((one) => requireGuestName(one, tell)),
        (name) => stopAndTell(name, command),
      );
    });
