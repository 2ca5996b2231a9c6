import { Argument } from 'commander';
import { tell } from '../../host/tell.ts';
import { driver } from '../../machine/driver.ts';
import { requireGuestName } from '../../state/declared.ts';
import { type Define, guestArgument } from '../command.ts';
import { requireRunning } from '../preconditions.ts';

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
      await requireRunning(name);
      process.exitCode = words.length > 0 ? await driver.attach(name, words) : await driver.shell(name);
    });
