// Asks the systemd inside a running machine, through its own D-Bus: systemctl(1) and systemd-run(1), --machine=.
import { attach, type Finished, run } from '../process.ts';

/** How far its boot is: systemctl(1), is-system-running. Nothing where its systemd does not answer. */
export async function systemState(machine: string): Promise<string | undefined> {
  const { stdout } = await run('systemctl', [`--machine=${machine}`, 'is-system-running'], { timeout });
  return stdout.trim() || undefined;
}

/** Nothing where its systemd does not answer. */
export async function isActive(machine: string, unit: string): Promise<boolean | undefined> {
  const { stdout } = await run('systemctl', [`--machine=${machine}`, 'is-active', '--', unit], { timeout });
  return stdout.trim() === '' ? undefined : stdout.trim() === 'active';
}

/** The units that have failed. Nothing where its systemd does not answer. */
export async function failedUnits(machine: string): Promise<string[] | undefined> {
  const list = ['list-units', '--state=failed', '--plain', '--no-legend', '--full'];
  const { exitCode, stdout } = await run('systemctl', [`--machine=${machine}`, ...list], { timeout });
  if (exitCode !== 0) return undefined;
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/)[0] ?? '')
    .filter((unit) => unit !== '');
}

/**
 * Runs a command to its end, as a service of the machine's; the answer has the beginning and the end of what it prints.
 * After `limit` milliseconds nobody waits any longer, and the machine's systemd kills all that the command has started.
 */
export function runInside(machine: string, words: readonly string[], limit: number): Promise<Finished> {
  const properties = [`RuntimeMaxSec=${Math.max(1, Math.ceil(limit))}ms`, 'TimeoutStopSec=1s'];
  return run('systemd-run', asService(machine, words, properties), { timeout: limit, forPeople: true });
}

const asService = (
  machine: string,
  words: readonly string[],
  properties: readonly string[] = [],
): string[] => [
  ...[`--machine=${machine}`, '--quiet', '--pipe', '--wait', '--collect', '--service-type=exec'],
  ...properties.map((property) => `--property=${property}`),
  ...['--', ...literal(words)],
];

/** In milliseconds, for questions: a bus that hangs must not hang those who ask. */
const timeout = 20_000;

/** Runs a command on our own terminal or pipes; a name is looked for in the machine's own $PATH. Answers its exit code. */
export function attachInside(machine: string, words: readonly string[]): Promise<number> {
  if (process.stdin.isTTY && process.stdout.isTTY) return attachTerminal(machine, words);
  return attach('systemd-run', asService(machine, ['/bin/sh', '-c', 'exec "$@"', 'sh', ...words]));
}

/**
 * The `--pty` of systemd-run would do, but in several versions (252 of Debian 12 is one) it attaches to the terminal of
 * the *host* that has the number of the machine's: systemd's pull request 33216. machinectl does not tell how a command
 * ended, so that is left in a file.
 */
async function attachTerminal(machine: string, words: readonly string[]): Promise<number> {
  const file = `/run/guestctl-${crypto.randomUUID()}`;
  // Ctrl-C is for the command, not for the shell that waits for it.
  const script = `trap : INT QUIT; "$@"; echo $? >${file}`;
  const command = literal(['/bin/sh', '-c', script, 'sh', ...words]);
  const exitCode = await attach('machinectl', ['--quiet', 'shell', `root@${machine}`, ...command]);
  const { stdout } = await runInside(machine, ['/bin/sh', '-c', `cat ${file} && rm ${file}`], timeout);
  return stdout === '' ? exitCode || 1 : Number(stdout);
}

/** As they are: of the command line of a service, systemd replaces $NAME. */
const literal = (words: readonly string[]): string[] => words.map((word) => word.replaceAll('$', '$$$$'));
