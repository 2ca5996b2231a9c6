import { disableUnits, stopUnit } from '../../host/systemctl.ts';
import { tell } from '../../host/tell.ts';
import { timersOfGuest } from '../../machine/guest-state.ts';
import { requireGuestName } from '../../state/declared.ts';
import { type Define, guestsArgument, say } from '../command.ts';
import { enableable } from '../enablement.ts';
import { stopAndTell } from '../stop-guest.ts';

export const disable: Define = (guestctl) =>
  guestctl
    .command('disable')
    .description('Do not start guests when the host boots, and disable their update timers')
    .addArgument(guestsArgument())
    .option('--now', 'Also stop the guests and their timers now')
    .action(async (names: string[], { now }: { now?: true }, command) => {
      for (const name of names.map((one) => requireGuestName(one, tell))) {
        await disableUnits(enableable(name));
        say(command, `${name} does not start when the host boots, and its updates are disabled`);
        if (now) {
          for (const timer of timersOfGuest(name)) await stopUnit(timer);
          await stopAndTell(name, command);
        } else say(command, `Nothing was stopped. Stop all of it: guestctl disable --now ${name}`);
      }
    });
