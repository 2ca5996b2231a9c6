import { stopOrKill } from '../../host/systemctl.ts';
import { tell } from '../../host/tell.ts';
import { driver } from '../../machine/driver.ts';
import { requireGuestName } from '../../state/declared.ts';
import { killedWarning } from '../../state/killed.ts';
import { type Define, guestsArgument, say } from '../command.ts';

export const stop: Define = (guestctl) =>
  guestctl
    .command('stop')
    .description('Shut guests down, and wait until they are stopped')
    .addArgument(guestsArgument())
    .action(async (names: string[], _options, command) => {
      for (const name of names.map((one) => requireGuestName(one, tell))) {
        const isKilled = await stopOrKill(driver.unit(name));
        if (isKilled) tell(`warning: ${killedWarning(name)}`);
        say(command, `${name} is stopped`);
      }
    });
