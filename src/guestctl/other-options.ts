// Options of systemctl, machinectl, journalctl, podman and rpm-ostree, and what to use instead.
import { driver } from '../machine/driver.ts';

interface Hint {
  /** The commands that do not have the options. */
  readonly commands: RegExp;
  readonly options: string;
  readonly hint: string;
}

const acts = /^(start|stop|restart|reboot)$/;
const stops = /^(stop|restart|reboot)$/;
const shows = /^(list|status|deployments|history|builds)$/;
const enters = /^(shell|exec)$/;

/** The first row that fits holds. */
export const otherOptions: readonly Hint[] = [
  { commands: acts, options: '--now --wait', hint: 'Leave it out: guestctl acts now, and waits' },
  {
    commands: acts,
    options: '--no-block',
    hint: `Use: systemctl --no-block start ${driver.unit('NAME')}, or stop, or restart`,
  },
  {
    commands: stops,
    options: '-t --time --timeout',
    hint: 'Set TimeoutStopSec= in [Service] of the guest file. It defaults to 5 minutes',
  },
  {
    commands: stops,
    options: '-f --force -s --signal',
    hint: `To end a guest at once: ${driver.words('terminate', 'NAME')}`,
  },
  { commands: /^remove$/, options: '-f --force', hint: '--yes removes a stopped guest without asking' },
  {
    commands: /^(start|stop|restart|reboot|update|switch|rollback|rename|apply)$/,
    options: '-y --yes --assumeyes',
    hint: 'Leave it out: nothing is asked',
  },
  {
    commands: /^(start|stop|restart|reboot|enable|disable|update)$/,
    options: '-a --all',
    hint: 'Name the guests: NAME NAME …',
  },
  {
    commands: /^update$/,
    options: '--check --preview --dry-run --download-only',
    hint: 'Set Action=check or Action=fetch in [Update] of the guest file',
  },
  { commands: /^update$/, options: '-r --reboot --apply', hint: 'Use: guestctl update --switch NAME' },
  { commands: /^rollback$/, options: '-r --reboot', hint: 'Afterwards: guestctl reboot NAME' },
  {
    commands: /^status$/,
    options: '-n --lines',
    hint: 'Status prints no journal. Use: guestctl logs NAME -n NUMBER',
  },
  {
    commands: /^history$/,
    options: '-n --lines',
    hint: 'Use: guestctl history NAME | tail -n NUMBER',
  },
  {
    commands: shows,
    options: '-a --all -l --full --long -v --verbose -t --type --state',
    hint: 'Leave it out, or use -o wide: all is shown',
  },
  { commands: shows, options: '--json --format', hint: 'Use: -o json' },
  {
    commands: /^shell$/,
    options: '-i -t -it -ti --interactive --tty',
    hint: 'Leave it out: a terminal is used if there is one',
  },
  {
    commands: enters,
    options: '-u --user --uid',
    hint: `Use: ${driver.words('shell', 'USER@NAME')}`,
  },
  {
    commands: enters,
    options: '-w --workdir --cwd',
    hint: "Use: guestctl exec NAME sh -c 'cd DIRECTORY && COMMAND'",
  },
  {
    commands: enters,
    options: '-e --env -E --setenv',
    hint: 'Use: guestctl exec NAME env VARIABLE=VALUE COMMAND',
  },
  { commands: /^logs$/, options: '-u --unit', hint: 'Leave it out: guestctl logs NAME' },
  { commands: /^logs$/, options: '--tail', hint: 'Use: guestctl logs NAME -n NUMBER' },
  { commands: /^logs$/, options: '-t --timestamps', hint: 'Leave it out: each line has its time' },
  { commands: /^create$/, options: '-n --name', hint: 'The name is an argument: guestctl create NAME' },
  {
    commands: /^create$/,
    options: '-v --volume',
    hint: 'Use: --set Files.Bind=SOURCE:TARGET:idmap',
  },
  { commands: /^create$/, options: '-d --detach --now', hint: 'Use: --start' },
  { commands: /^create$/, options: '--zone --network', hint: 'Use: --set Network.Zone=ZONE' },
  { commands: /^edit$/, options: '--full --force --drop-in', hint: 'Leave it out: it edits the guest file' },
  {
    commands: /^export$/,
    options: '-o --output',
    hint: 'The file is an argument: guestctl export NAME FILE',
  },
  { commands: /^guestctl$/, options: '-v', hint: 'Use: guestctl --version' },
  { commands: /./, options: '-M', hint: 'The guest is an argument: guestctl COMMAND NAME' },
  { commands: /./, options: '--user --system', hint: 'Leave it out: guests belong to the system' },
];

/** Adds to an error of the command line what to use instead of an option. `words` is the command line. */
export function withOptionHint(error: string, words: readonly string[], commands: readonly string[]): string {
  const [, option] = /^error: (?:unknown option|option) '(-[^', =]+)/.exec(error) ?? [];
  if (option === undefined) return error;
  const command = words.find((word) => commands.includes(word)) ?? 'guestctl';
  const found = otherOptions.find(
    (one) => one.commands.test(command) && one.options.split(' ').includes(option),
  );
  if (!found) return error;
  return `${error.trimEnd().replace(/\.?(\n\(Did you mean .*\))?$/, '')}. ${found.hint}\n`;
}
