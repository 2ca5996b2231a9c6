import { reboot as rebootMachine } from '../../machine/reboot.ts';
import { requireGuest } from '../../state/declared.ts';
import { type Define, guestsArgument } from '../command.ts';
import { eachGuest } from '../each-guest.ts';
import { requireRunning } from '../preconditions.ts';
import { startAndTell } from '../start-guest.ts';

export const reboot: Define = (guestctl) =>
  guestctl
    .command('reboot')
    .description('Reboot running guests, and wait until they are up again')
    .addArgument(guestsArgument())
    .action(async (names: string[], _options, command) => {
      await eachGuest(names.map(requireGuest), async (guest) => {
        const { name } = guest;
        await requireRunning(name);
        await startAndTell(guest, command, () => rebootMachine(name));
      });
    });
