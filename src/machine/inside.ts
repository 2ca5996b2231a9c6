// Asks the systemd inside a running machine, through its own D-Bus: systemctl(1) and systemd-run(1), --machine=.
import { attach, type Finished, run } from '../host/process.ts';
import { runAsService } from '../host/systemd-run.ts';

/** Runs a program of the host that asks a machine: directly, or through the host's systemd. */
export type Ask = (file: string, args: readonly string[]) => Promise<Finished>;

const directly: Ask = (file, args) => run(file, args, { timeout });

/**
 * Asks through the host's systemd. A service with RestrictNamespaces= cannot ask directly: systemctl --machine= enters the machine's
 * namespaces and fails with "Protocol error". The question ends with `unit`.
 */
export const throughHost =
  (machine: string, unit: string): Ask =>
  (file, args) =>
    runAsService(`ostree-guest-ask-${machine}.service`, [['BindsTo', unit]], [file, ...args], { timeout });

/** Returns the state of its boot: systemctl(1), is-system-running; undefined if its systemd does not answer. */
export async function systemState(machine: string, ask = directly): Promise<string | undefined> {
  const { stdout } = await ask('systemctl', [`--machine=${machine}`, 'is-system-running']);
  return stdout.trim() || undefined;
}

/** Returns undefined if its systemd does not answer. */
export async function isActive(machine: string, unit: string): Promise<boolean | undefined> {
  const { stdout } = await directly('systemctl', [`--machine=${machine}`, 'is-active', '--', unit]);
  return stdout.trim() === '' ? undefined : stdout.trim() === 'active';
}

/** The units that have failed. Returns undefined if its systemd does not answer. */
export async function failedUnits(machine: string, ask = directly): Promise<string[] | undefined> {
  const list = ['list-units', '--state=failed', '--plain', '--no-legend', '--full'];
  const { exitCode, stdout } = await ask('systemctl', [`--machine=${machine}`, ...list]);
  if (exitCode !== 0) return undefined;
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/)[0] ?? '')
    .filter((unit) => unit !== '');
}

/**
 * Runs a command as a service in the machine; returns the beginning and the end of its output.
 * After `limit` milliseconds, the machine's systemd kills the command and all its children.
 */
function runInside(machine: string, words: readonly string[], limit: number): Promise<Finished> {
  return run('systemd-run', asService(machine, words, within(limit)), { timeout: limit, forPeople: true });
}

/**
 * Runs a command like runInside(), and reports success only if the machine's systemd said so. systemd-run(1) exits with 0
 * if the connection to the machine breaks while it waits [T 257], so its exit status alone is no evidence.
 */
export async function checkInside(
  machine: string,
  words: readonly string[],
  limit: number,
): Promise<Finished> {
  const asked = asService(machine, words, within(limit)).filter((word) => word !== '--quiet');
  return evidence(await run('systemd-run', asked, { timeout: limit, forPeople: true }));
}

/** Parses the output of systemd-run(1) without --quiet: the unit, then the command's errors, then its end. */
export function evidence(finished: Finished): Finished {
  if (finished.ended !== 'exited') return finished;
  const { exitCode, stdout, stderr } = finished;
  const [, said = '', result] = /^(.*)^ *Finished with result: (\S+)$/ms.exec(stderr) ?? [];
  if (result !== undefined)
    return {
      ended: 'exited',
      exitCode: result === 'success' ? exitCode : exitCode || 1,
      stdout,
      stderr: withoutUnit(said),
    };
  if (exitCode !== 0) return { ended: 'exited', exitCode, stdout, stderr: withoutUnit(stderr) };
  const reason = 'the machine stopped answering while it ran';
  return { ended: 'stopped', reason, stdout, stderr: reason };
}

const withoutUnit = (text: string): string => text.replace(/^Running as unit: .*\n?/m, '').trim();

/** Returns the properties of a service that is killed after so many milliseconds. */
const within = (limit: number): string[] => [
  `RuntimeMaxSec=${Math.max(1, Math.ceil(limit))}ms`,
  'TimeoutStopSec=1s',
];

const asService = (
  machine: string,
  words: readonly string[],
  properties: readonly string[] = [],
): string[] => [
  `--machine=${machine}`,
  '--quiet',
  '--pipe',
  '--wait',
  '--collect',
  '--service-type=exec',
  ...properties.map((property) => `--property=${property}`),
  '--',
  ...literal(words),
];

/** The time limit for questions in milliseconds: the bus of a machine may hang. */
const timeout = 20_000;

/** Runs a command on our own terminal or pipes, looked up in the machine's $PATH. Returns its exit code. */
export function attachInside(machine: string, words: readonly string[]): Promise<number> {
  if (process.stdin.isTTY && process.stdout.isTTY) return attachTerminal(machine, words);
  return attach('systemd-run', asService(machine, ['/bin/sh', '-c', 'exec "$@"', 'sh', ...words]));
}

/**
 * Does not use `--pty` of systemd-run: in several versions (such as 252 of Debian 12) it attaches to the terminal of
 * the *host* that has the number of the machine's: systemd's pull request 33216. machinectl does not tell how a command
 * ended, so the exit code is left in a file.
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

/** Escapes words, because systemd replaces $NAME in command lines. */
const literal = (words: readonly string[]): string[] => words.map((word) => word.replaceAll('$', '$$$$'));
