import { Argument } from 'commander';
import { guestNameRule } from '../../config/guest-name.ts';
import { tell } from '../../host/tell.ts';
import { type Define, guestArgument, say } from '../command.ts';
import { mentionsOf } from '../rename/mentions.ts';
import { renameGuest } from '../rename/rename-guest.ts';

export const rename: Define = (guestctl) =>
  guestctl
    .command('rename')
    .description('Rename a stopped guest with all that belongs to it')
    .addArgument(guestArgument())
    .addArgument(new Argument('<name>', `its new name: ${guestNameRule}`))
    .addHelpText('after', explanation)
    .action(async (from: string, to: string, _options, command) => {
      await renameGuest({ from, to });
      say(command, `${from} is now ${to}. Start it: guestctl start ${to}`);
      for (const place of mentionsOf(from)) tell(`${place} still names ${from}: correct it`);
    });

const explanation = `
Its deployments, /etc, /var, history, drop-ins and enabled units follow. The
host name inside follows, unless /etc/hostname or Hostname= says otherwise, and
its network addresses may change, because they depend on the name. If a rename
is cut off, the guest has its old or its new name as a whole, and the same
command completes the rename.`;
