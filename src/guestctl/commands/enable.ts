import { startUnit } from '../../host/systemctl.ts';
import { driver } from '../../machine/driver.ts';
import { requireGuest } from '../../state/declared.ts';
import { type Define, guestsArgument, say } from '../command.ts';
import { enableGuest } from '../enablement.ts';
import { requireCreated } from '../preconditions.ts';
import { startAndTell } from '../start-guest.ts';

export const enable: Define = (guestctl) =>
  guestctl
    .command('enable')
    .description('Start guests whenever the host boots, and enable their update timers')
    .addArgument(guestsArgument())
    .option('--now', 'Also start the guests and their timers now')
    .action(async (names: string[], { now }: { now?: true }, command) => {
      const guests = names.map(requireGuest);
      if (now) guests.forEach(requireCreated);
      for (const guest of guests) {
        const { name } = guest;
        const timers = await enableGuest(guest, now === true);
        say(command, `${name} starts when the host boots, and its updates are enabled: ${timers.join(', ')}`);
        if (now) await startAndTell(guest, command, () => startUnit(driver.unit(name)));
        else say(command, `Nothing was started. Start all of it: guestctl enable --now ${name}`);
      }
    });
