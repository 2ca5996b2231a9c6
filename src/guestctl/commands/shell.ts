import { Argument } from 'commander';
import { Failure } from '../../host/failure.ts';
import { shellIn } from '../../host/machinectl.ts';
import { isRunning } from '../../host/systemctl.ts';
import { attachInside } from '../../machine/inside.ts';
import { requireGuest } from '../../state/declared.ts';
import { type Define, guestArgument } from '../command.ts';

export const shell: Define = (guestctl) =>
  guestctl
    .command('shell')
    .description("a shell of root's in a running guest, or a command there; its exit status is ours")
    .addArgument(guestArgument())
    .addArgument(new Argument('[command...]', 'a command with its arguments; without one, a login shell'))
    // What follows the guest is the command's own, options too.
    .passThroughOptions()
    .action(async (name: string, words: string[]) => {
      requireGuest(name);
      if (!(await isRunning(name)))
        throw new Failure(`${name} does not run`, `Start it: guestctl start ${name}`);
      process.exitCode = words.length > 0 ? await attachInside(name, words) : await shellIn(name);
    });
