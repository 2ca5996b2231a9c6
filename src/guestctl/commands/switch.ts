import { requireGuest } from '../../state/declared.ts';
import { type Define, guestArgument } from '../command.ts';
import { switchAndFollow } from '../follow.ts';

export const switchCommand: Define = (guestctl) =>
  guestctl
    .command('switch')
    .description('Restart a running guest into the staged update, and wait until it is healthy')
    .addArgument(guestArgument())
    .action((name: string, _options, command) => switchAndFollow(requireGuest(name).name, command));
