import { startUnit, switchUnit } from '../../host/systemctl.ts';
import { requireGuest } from '../../state/declared.ts';
import { type Define, guestArgument } from '../command.ts';

export const switchCommand: Define = (guestctl) =>
  guestctl
    .command('switch')
    .description('Restart a running guest into the staged update, and wait until it is healthy')
    .addArgument(guestArgument())
    .action(async (name: string) => {
      requireGuest(name);
      await startUnit(switchUnit(name));
    });
