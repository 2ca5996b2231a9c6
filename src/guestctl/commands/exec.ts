import { Argument } from 'commander';
import { tell } from '../../host/tell.ts';
import { driver } from '../../machine/driver.ts';
import { requireGuestName } from '../../state/declared.ts';
import { type Define, guestArgument } from '../command.ts';
import { requireRunning } from '../preconditions.ts';

export const exec: Define = (guestctl) =>
  guestctl
    .command('exec')
    .description('Run a command as root in a running guest, and exit with its status')
    .addArgument(guestArgument())
    .addArgument(new Argument('<command...>', 'command and its arguments'))
    // Typed by users of podman exec.
    .option('-i, --interactive', 'No effect: standard input is always passed on')
    .option('-t, --tty', 'No effect: a terminal is used if there is one')
    // Everything after the guest belongs to the command, also options.
    .passThroughOptions()
    .action(async (name: string, words: string[]) => {
      requireGuestName(name, tell);
      await requireRunning(name);
      process.exitCode = await driver.attach(name, words);
    });
