// Runs commands inside a running machine, through its own D-Bus: systemd-run(1), --machine=, and machinectl(1), shell.
import { constants } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { now } from '../../host/clock.ts';
import { endingSignals } from '../../host/ending-signals.ts';
import { Failure } from '../../host/failure.ts';
import { attach, type Finished, run } from '../../host/process.ts';
import { parseWait } from '../../host/systemd-run.ts';

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

/** Judges a command by what systemd-run(1) printed of it without --quiet. */
export function evidence(finished: Finished): Finished {
  if (finished.ended !== 'exited') return finished;
  const { exitCode, stdout } = finished;
  const { said, result, hasExited } = parseWait(finished.stderr);
  const stderr = said.trim();
  if (result === 'success' && !hasExited)
    return { ended: 'stopped', reason: 'it was ended by a signal', stdout, stderr };
  if (result !== undefined)
    return { ended: 'exited', exitCode: result === 'success' ? exitCode : exitCode || 1, stdout, stderr };
  if (exitCode !== 0) return { ended: 'exited', exitCode, stdout, stderr };
  const reason = 'the machine stopped answering while it ran';
  return { ended: 'stopped', reason, stdout, stderr: reason };
}

/** Returns options of a service that counts as started once its program runs, and is killed after so many milliseconds. */
const within = (limit: number): string[] => [
  executed,
  `--property=RuntimeMaxSec=${Math.max(1, Math.ceil(limit))}ms`,
  '--property=TimeoutStopSec=1s',
];

const executed = '--service-type=exec';

const asService = (machine: string, words: readonly string[], options: readonly string[]): string[] => [
  `--machine=${machine}`,
  '--quiet',
  '--pipe',
  '--wait',
  '--collect',
  ...options,
  '--',
  ...literal(words),
];

/** Returns the command that runs a command as a service with these properties. */
export const serviceInside = (
  machine: string,
  words: readonly string[],
  properties: readonly string[],
): string[] => [
  'systemd-run',
  ...asService(
    machine,
    words,
    properties.map((property) => `--property=${property}`),
  ),
];

/** In OSTree trees, /root is a link. A shell shows the name of its directory that it is told: sh(1p), PWD. */
const asRoot = (machine: string): string[] => ['--quiet', 'shell', '--setenv=PWD=/root', `root@${machine}`];

/** Opens a root login shell on our terminal. */
export const shellInside = (machine: string): Promise<number> => attach('machinectl', asRoot(machine));

/** Asks the init system of a machine to reboot: machinectl(1), reboot. */
export async function askToReboot(machine: string): Promise<void> {
  const { exitCode, stderr } = await run('machinectl', ['reboot', '--', machine]);
  if (exitCode !== 0)
    throw new Failure(
      `Cannot reboot ${machine}: ${stderr.trim()}`,
      `Restart it: guestctl restart ${machine}`,
    );
}

/** Runs a command on our own terminal or pipes, looked up in the machine's $PATH. Returns its exit code. */
export function attachInside(machine: string, words: readonly string[]): Promise<number> {
  return process.stdin.isTTY && process.stdout.isTTY
    ? attachTerminal(machine, words)
    : attachPipes(machine, words);
}

/**
 * The command ends with us: systemd-run(1) leaves it alone if a signal ends it [T 257]. So signals are ours alone, also
 * those for our whole process group, and systemd-run ends when the command was stopped. A signal may come before the
 * machine's systemd knows the command: then there is nothing to stop yet.
 */
async function attachPipes(machine: string, words: readonly string[]): Promise<number> {
  const unit = `guestctl-${crypto.randomUUID()}.service`;
  // Environment and directory as on a terminal, where it is a login of root.
  const options = [executed, `--unit=${unit}`, '--property=User=root', '--property=WorkingDirectory=-~'];
  const command = asService(machine, ['/bin/sh', '-c', 'exec "$@"', 'sh', ...words], options);
  const ended: { exitCode?: number; by?: (typeof endingSignals)[number] } = {};
  const stop = async (): Promise<void> => {
    const end = now() + 20_000;
    while (ended.exitCode === undefined && now() < end) {
      await run('systemctl', [`--machine=${machine}`, 'stop', '--', unit], { timeout: 20_000 });
      await setTimeout(100);
    }
    // The machine does not answer.
    if (ended.exitCode === undefined) process.exit(1);
  };
  for (const signal of endingSignals)
    process.on(signal, () => {
      if (ended.by === undefined) void stop();
      ended.by ??= signal;
    });
  const ignoring = endingSignals.map((signal) => `--ignore-signal=${signal}`);
  ended.exitCode = await attach('env', [...ignoring, 'systemd-run', ...command]);
  return ended.by === undefined ? ended.exitCode : 128 + constants.signals[ended.by];
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
  const exitCode = await attach('machinectl', [...asRoot(machine), ...command]);
  const { stdout } = await runInside(machine, ['/bin/sh', '-c', `cat ${file} && rm ${file}`], 20_000);
  return /^\d{1,3}\n?$/.test(stdout) ? Number(stdout) : exitCode || 1;
}

/** Escapes words, because systemd replaces $NAME in command lines. */
const literal = (words: readonly string[]): string[] => words.map((word) => word.replaceAll('$', '$$$$'));
