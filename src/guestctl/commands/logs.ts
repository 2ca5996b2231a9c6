import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { Argument } from 'commander';
import { Failure } from '../../host/failure.ts';
import { showJournal } from '../../host/journal.ts';
import { isRunning, unitsOfGuest } from '../../host/systemctl.ts';
import { tell } from '../../host/tell.ts';
import { varOf } from '../../ostree/sysroot.ts';
import { requireGuest, requireGuestName } from '../../state/declared.ts';
import { type Define, guestArgument } from '../command.ts';

export const logs: Define = (guestctl) =>
  guestctl
    .command('logs')
    .description("Show the host's journal of a guest: its starts, stops and updates")
    .option('--inside', 'Show the journal that the guest itself has written, running or not')
    .addArgument(guestArgument())
    .addArgument(
      new Argument(
        '[journalctl-option...]',
        'options of journalctl, such as -f, -n 100, -p err, --since yesterday',
      ),
    )
    .passThroughOptions()
    .action(async (name: string, options: string[], { inside }: { inside?: true }) => {
      requireGuestName(name, tell);
      const units = unitsOfGuest(name).map((unit) => `--unit=${unit}`);
      process.exitCode = await showJournal([...(inside ? await ownJournal(name) : units), ...options]);
    });

async function ownJournal(name: string): Promise<string[]> {
  if (await isRunning(name)) return [`--machine=${name}`];
  const directory = varOf(requireGuest(name).sysroot, name);
  const journal = `${directory}/log/journal`;
  if (!existsSync(journal))
    throw new Failure(`${name} is stopped and has kept no journal`, `Start it: guestctl start ${name}`);
  // The guest is stopped, so nothing changes until journalctl has opened the files.
  const link = linkIn(directory, ['log', 'log/journal']) ?? linkIn(journal, namesIn(journal));
  if (link === undefined) return [`--directory=${journal}`];
  const message = `${name} has a link in its journal, which may lead to another journal: ${link}`;
  throw new Failure(message, `Remove it, or read the journal in the guest: guestctl start ${name}`);
}

/** Lists the files of a journal. They are in a directory named by the machine ID. */
const namesIn = (journal: string): string[] =>
  readdirSync(journal, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? [entry.name, ...readdirSync(`${journal}/${entry.name}`).map((file) => `${entry.name}/${file}`)]
      : [entry.name],
  );

const linkIn = (directory: string, paths: readonly string[]): string | undefined =>
  paths.map((path) => `${directory}/${path}`).find((path) => lstatSync(path).isSymbolicLink());
