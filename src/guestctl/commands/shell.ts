import { Argument } from 'commander';
import { Failure } from '../../host/failure.ts';
import { shellIn } from '../../host/machinectl.ts';
import { isRunning } from '../../host/systemctl.ts';
import { tell } from '../../host/tell.ts';
import { attachInside } from '../../machine/inside.ts';
import { requireGuestName } from '../../state/declared.ts';
import { type Define, guestArgument } from '../command.ts';

export const shell: Define = (guestctl) =>
  guestctl
    .command('shell')
    .description('Open a root shell in a running guest, or run a command there')
    .addArgument(guestArgument())
    .addArgument(new Argument('[command...]', 'command and its arguments. Default: a login shell'))
    // Everything after the guest belongs to the command, also options.
    .passThroughOptions()
    .action(async (name: string, words: string[]) => {
      requireGuestName(name, tell);
      if (!(await isRunning(name)))
        throw new Failure(`${name} is not running`, `Start it: guestctl start ${name}`);
      process.exitCode = words.length > 0 ? await attachInside(name, words) : await shellIn(name);
    });
