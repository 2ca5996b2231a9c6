import { existsSync } from 'node:fs';
import { Argument } from 'commander';
import { Failure } from '../../failure.ts';
import { showJournal } from '../../machine/journal.ts';
import { isRunning, unitsOfGuest } from '../../machine/systemctl.ts';
import { varOf } from '../../ostree/sysroot.ts';
import { requireGuest } from '../../service.ts';
import { type Define, guestArgument } from '../frame.ts';

export const logs: Define = (guestctl) =>
  guestctl
    .command('logs')
    .description(
      "what the host's journal has of a guest: its starts and ends, its updates; with --inside its own",
    )
    .option('--inside', 'the journal that the guest itself has written, running or not')
    .addArgument(guestArgument())
    .addArgument(new Argument('[journalctl-option...]', 'such as -f, -n 100, -p err, --since yesterday'))
    .passThroughOptions()
    .action(async (name: string, options: string[], { inside }: { inside?: true }) => {
      const guest = requireGuest(name);
      const units = unitsOfGuest(name).map((unit) => `--unit=${unit}`);
      const which = inside ? await ownJournal(name, varOf(guest.sysroot, name)) : units;
      process.exitCode = await showJournal([...which, ...options]);
    });

async function ownJournal(name: string, directory: string): Promise<string[]> {
  if (await isRunning(name)) return [`--machine=${name}`];
  if (existsSync(`${directory}/log/journal`)) return [`--directory=${directory}/log/journal`];
  throw new Failure(`${name} is stopped and has kept no journal`, `Start it: guestctl start ${name}`);
}
