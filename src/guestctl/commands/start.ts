import { startUnit } from '../../host/systemctl.ts';
import { driver } from '../../machine/driver.ts';
import { requireGuest } from '../../state/declared.ts';
import { type Define, guestsArgument } from '../command.ts';
import { eachGuest } from '../each-guest.ts';
import { requireCreated } from '../preconditions.ts';
import { startAndTell } from '../start-guest.ts';

export const start: Define = (guestctl) =>
  guestctl
    .command('start')
    .description('Start guests, and wait until they are up')
    .addArgument(guestsArgument())
    .action(async (names: string[], _options, command) => {
      await eachGuest(names.map(requireGuest), async (guest) => {
        requireCreated(guest);
        await startAndTell(guest, command, () => startUnit(driver.unit(guest.name)));
      });
    });
