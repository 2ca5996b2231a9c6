import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { Argument } from 'commander';
import { attachConfined, roomsOf } from '../../host/confined.ts';
import { Failure } from '../../host/failure.ts';
import { isRoot } from '../../host/is-root.ts';
import { showJournal, syncJournal } from '../../host/journal.ts';
import { tell } from '../../host/tell.ts';
import { driver } from '../../machine/driver.ts';
import { isRunning, unitsOfGuest } from '../../machine/guest-state.ts';
import type { OwnJournal } from '../../machine/machine.ts';
import { varOf } from '../../ostree/sysroot.ts';
import { requireGuest, requireGuestName } from '../../state/declared.ts';
import { type Define, guestArgument } from '../command.ts';
import { requireRoot } from '../needs-root.ts';
import { wantedPager } from '../pager.ts';
import { terminal } from '../stdout.ts';

interface Options {
  readonly inside?: true;
  readonly follow?: true;
  readonly lines?: string;
}

export const logs: Define = (guestctl) =>
  guestctl
    .command('logs')
    .description("Show the host's journal of a guest: its starts, stops and updates")
    .option('--inside', 'Show the journal that the guest itself has written, running or not')
    .option('-f, --follow', 'Follow the journal, as journalctl does')
    .option('-n, --lines <number>', 'Show only so many of the last lines')
    .addArgument(guestArgument())
    .addArgument(
      new Argument(
        '[journalctl-option...]',
        'options of journalctl, such as -f, -n 100, -p err, --since yesterday',
      ),
    )
    .passThroughOptions()
    .action(async (name: string, behind: string[], { inside, follow, lines }: Options) => {
      // People give these two before the guest, too.
      const options = [...(follow ? ['--follow'] : []), ...(lines ? [`--lines=${lines}`] : []), ...behind];
      if (inside) requireRoot();
      requireGuestName(name, tell);
      const units = unitsOfGuest(name).map((unit) => `--unit=${unit}`);
      // Everything behind the guest is journalctl's, but for the option that is ours alone.
      const others = options.filter((option) => option !== '--inside');
      process.exitCode =
        inside || others.length < options.length
          ? await showOwn(name, others)
          : await showHosts([...units, ...options]);
    });

/** Shows what was said so far, also just before: a command that has failed sends people here. */
async function showHosts(options: readonly string[]): Promise<number> {
  if (isRoot()) await syncJournal();
  return showJournal(options);
}

/**
 * A guest can put links, pipes and damaged files in its journal. journalctl(1) follows links in the directories even of a
 * running machine, to the journals of the host [T 257]. So it sees none of these: only the machine, or the guest's files.
 */
async function showOwn(name: string, options: readonly string[]): Promise<number> {
  const { option, readable, isMachine } = await ownJournal(name);
  const confinement = {
    name: `logs-${process.pid}`,
    writable: [],
    readable,
    capabilities: ['CAP_DAC_READ_SEARCH'],
    timeLimit: 'infinity',
  };
  const pager = options.some((one) => /^(-f|--follow|--no-pager)$/.test(one)) ? undefined : wantedPager();
  const colours = terminal() && !process.env['NO_COLOR'] ? ['env', 'SYSTEMD_COLORS=1'] : [];
  const own = isMachine ? await ofThisBoot(name, options) : options;
  return attachConfined(confinement, [...colours, 'journalctl', '--no-pager', option, ...own], pager);
}

/**
 * journalctl(1) enters a machine to learn its boot ID, which it cannot do confined. --follow and --pager-end show only
 * this boot as well [T 257].
 */
async function ofThisBoot(name: string, options: readonly string[]): Promise<readonly string[]> {
  const at = options.findIndex((one) => one === '-b' || one === '--boot');
  if (at >= 0 && /^([+-]?\d+|all|[0-9a-f]{32})$/.test(options[at + 1] ?? '')) return options;
  if (at < 0 && !options.some((one) => /^(-[a-z]*[ef]|--(follow|pager-end)$)/.test(one))) return options;
  const { stdout } = await driver.check(name, ['cat', '/proc/sys/kernel/random/boot_id'], 10_000);
  const id = stdout.trim().replaceAll('-', '');
  // Root in the guest may have replaced the program that prints it.
  if (!/^[0-9a-f]{32}$/.test(id))
    throw new Failure(`${name} does not tell its boot ID`, 'Leave out -b, -e and -f');
  const boot = `--boot=${id}`;
  return at < 0 ? [boot, ...options] : options.with(at, boot);
}

interface Journal extends OwnJournal {
  readonly isMachine: boolean;
}

async function ownJournal(name: string): Promise<Journal> {
  if (await isRunning(name)) return { ...driver.journal(name), isMachine: true };
  const guest = requireGuest(name);
  const directory = varOf(guest.sysroot, name);
  const journal = `${directory}/log/journal`;
  if (!existsSync(journal))
    throw new Failure(`${name} is stopped and has kept no journal`, `Start it: guestctl start ${name}`);
  // The guest is stopped, so nothing changes until journalctl has opened the files.
  const link = linkIn(directory, ['log', 'log/journal']) ?? linkIn(journal, namesIn(journal));
  if (link === undefined)
    return { option: `--directory=${journal}`, readable: roomsOf(guest), isMachine: false };
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
