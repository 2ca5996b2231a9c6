import { readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { endingSignals } from './ending-signals.ts';
import { attach, type Finished, type RunOptions, run } from './process.ts';
import { shellQuoted } from './shell-word.ts';

export type Settings = readonly (readonly [key: string, value: string])[];

/**
 * Runs a command as a transient service with these settings, and waits for its end. The service ends with us: it is stopped
 * by a signal that ends us, or with the service that we are part of, however that ends. If systemd killed it, the last
 * line of `stderr` says why. `env` is added to its environment; nobody else can read it.
 */
export async function runAsService(
  unit: string,
  settings: Settings,
  command: readonly string[],
  { env = {}, ...options }: RunOptions = {},
): Promise<Finished> {
  // Our output is that of the command, and nothing else.
  const how = [...(options.print ? ['--quiet'] : []), ...waiting(unit, settings)];
  const release = stopOnSignal(unit);
  try {
    const finished = await run('systemd-run', [...how, '--', ...withEnvironment(env, command).map(literal)], {
      ...options,
      ...inputWith(env, options.input),
    });
    // If systemd-run was killed for its output or time, the service still runs.
    if (finished.ended !== 'exited' && finished.ended !== 'notFound')
      await run('systemctl', ['kill', '--signal=KILL', '--', unit]);
    return { ...finished, stderr: withoutNotes(finished.stderr) };
  } finally {
    release();
  }
}

/**
 * Returns the command line of a transient service that ends with ours. On its standard input it gets an environment as NAME=VALUE, one
 * a line, an empty line, and the input of the command.
 */
export const serviceCommand = (unit: string, settings: Settings, command: readonly string[]): string[] => [
  'systemd-run',
  '--quiet',
  ...waiting(unit, settings),
  '--',
  ...withReading(command).map(literal),
];

/** The options of systemd-run(1) for a service that ends with us. */
const waiting = (unit: string, settings: Settings): string[] => [
  '--wait',
  '--pipe',
  '--collect',
  `--unit=${unit}`,
  ...[...boundTo(ownCgroup(), getPriority()), ...settings].map(
    ([key, value]) => `--property=${key}=${value}`,
  ),
];

/**
 * Starts a command as a transient service with these settings, and does not wait for it. A shell looks for its program, because
 * systemd-run would look in our own root directory, which may be that of a sandbox.
 */
export async function startAsService(
  unit: string,
  settings: Settings,
  command: readonly string[],
  env: Environment,
): Promise<Finished> {
  const variables = Object.entries(env).map(([name, value]) => `--setenv=${name}=${value}`);
  const properties = settings.map(([key, value]) => `--property=${key}=${value}`);
  const how = ['--quiet', '--no-block', '--collect', `--unit=${unit}`, ...properties, ...variables];
  const words = ['/bin/sh', '-c', 'exec "$@"', 'sh', ...command];
  return run('systemd-run', [...how, '--', ...words.map(literal)], { timeout: 10_000 });
}

/** A program for the shell that shows what it reads, such as less(1). */
export interface Pager {
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Runs a command as a transient service on our own output, or through a pager, and returns its exit code. The service ends
 * with us. It has no terminal of its own, so the command does not start a pager.
 */
export async function attachAsService(
  unit: string,
  settings: Settings,
  command: readonly string[],
  pager?: Pager,
): Promise<number> {
  const properties = settings.map(([key, value]) => `--property=${key}=${value}`);
  const how = ['--quiet', '--wait', '--pipe', '--collect', `--unit=${unit}`, ...properties];
  const words = [...how, '--', ...command.map(literal)];
  const release = stopOnSignal(unit);
  try {
    const shown = ['systemd-run', ...words].map(shellQuoted).join(' ');
    const through = pager && ['-c', `${shown} </dev/null | ${pager.program}`];
    const exitCode = through ? await attach('sh', through, { env: pager.env }) : 127;
    // The shell exits with 127 if there is no such pager.
    return exitCode === 127 ? await attach('systemd-run', words, { input: '' }) : exitCode;
  } finally {
    release();
    // Ctrl-C ends systemd-run, and the pager may end before it.
    await run('systemctl', ['kill', '--signal=KILL', '--', unit]);
  }
}

/**
 * The settings of a service that works for the service in this control group. It is in the same slice, with the same priority.
 * `Before=` makes the next start of that service wait until this one has ended. `After=` would do that, too, but a oneshot service
 * that waits for us would then wait for itself.
 */
export function boundTo(cgroup: string, nice: number): Settings {
  const service = serviceOf(cgroup);
  if (service === undefined) return [];
  return [
    ['BindsTo', service],
    ['Before', service],
    ['Slice', sliceOf(cgroup)],
    ['Nice', String(nice)],
  ];
}

const ownCgroup = (): string => readFileSync('/proc/self/cgroup', 'utf8');

/**
 * Returns the system service in /proc/self/cgroup: cgroups(7). It may have control groups of its own. Undefined on a terminal, and
 * in a user's own systemd.
 */
export function serviceOf(cgroup: string): string | undefined {
  const path = pathIn(cgroup);
  return path.startsWith('/user.slice/') ? undefined : /\/([^/]+\.service)(?:\/|$)/.exec(path)?.[1];
}

/** Returns the slice of that service. */
const sliceOf = (cgroup: string): string =>
  /\/([^/]+\.slice)\/[^/]+\.service(?:\/|$)/.exec(pathIn(cgroup))?.[1] ?? '-.slice';

const pathIn = (cgroup: string): string => /^0::(.*)$/m.exec(cgroup)?.[1] ?? '';

/** On a signal that would end us, stops the unit first. */
function stopOnSignal(unit: string): () => void {
  const release = () => {
    for (const signal of endingSignals) process.off(signal, stop);
  };
  const stop = (signal: NodeJS.Signals) => {
    // Our handler is removed last: if no handler is left, execa handles the signal and ends us.
    const end = () => {
      release();
      process.kill(process.pid, signal);
    };
    run('systemctl', ['stop', '--no-block', '--', unit]).then(end, end);
  };
  for (const signal of endingSignals) process.on(signal, stop);
  return release;
}

/** Reasons why systemd ends a service: systemd.exec(5), $SERVICE_RESULT. */
const causes: Readonly<Record<string, string>> = {
  timeout: 'it took too long, and was ended',
  'oom-kill': 'it used too much memory, and was ended',
  signal: 'it was killed',
  'core-dump': 'it crashed',
  resources: 'systemd could not start it',
};

/** True if somebody stopped or killed the service. */
export const wasKilled = ({ stderr }: Finished): boolean => `\n${stderr}`.endsWith(`\n${causes['signal']}\n`);

/** Removes systemd-run's own messages from the output, and adds the cause in words. */
export function withoutNotes(stderr: string): string {
  const { said, result = '' } = parseWait(stderr);
  const cause = causes[result];
  return cause === undefined ? said : `${said}${said === '' || said.endsWith('\n') ? '' : '\n'}${cause}\n`;
}

export interface WaitResult {
  readonly said: string;
  /** systemd.exec(5), $SERVICE_RESULT. Undefined if systemd did not say it. */
  readonly result?: string;
  /** False for a command that was ended by a signal: for SIGTERM, SIGINT, SIGHUP and SIGPIPE, the result is `success` as well. */
  readonly hasExited?: boolean;
}

/**
 * Parses what `systemd-run --wait` prints without --quiet: what the command said, and how its service ended, if systemd
 * said that. Both write to one pipe, and a quick command does so before systemd-run names the unit. Since systemd 262,
 * its last lines are aligned.
 */
export function parseWait(stderr: string): WaitResult {
  const text = stderr.replace(/Running as unit: \S+(?:; invocation ID: \w+)?(?:\n|$)/, '');
  // The command's own last line may lack its end.
  const [, said = '', result, notes = ''] =
    /^(.*)Finished with result: (\S+)\n?((?: *[A-Z][\w ]*: [^\n]*\n?)*)$/s.exec(text) ?? [];
  if (result === undefined) return { said: text };
  const hasExited = /^ *Main processes terminated with: code=exited\b/m.test(notes);
  return { said: said.replace(/ +$/, ''), result, hasExited };
}

type Environment = Readonly<Record<string, string>>;

/** Passes the environment to a shell on standard input: everybody can read Environment= of a unit. */
const withEnvironment = (env: Environment, command: readonly string[]): readonly string[] =>
  Object.keys(env).length === 0 ? command : withReading(command);

const withReading = (command: readonly string[]): readonly string[] => [
  '/bin/sh',
  '-c',
  readEnvironment,
  'sh',
  ...command,
];

const readEnvironment = 'while IFS= read -r line && [ -n "$line" ]; do export "$line"; done; exec "$@"';

function inputWith(env: Environment, input = ''): Pick<RunOptions, 'input'> {
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}\n`);
  return lines.length === 0 ? {} : { input: `${lines.join('')}\n${input}` };
}

/** Escapes a word, because systemd replaces $NAME in command lines. */
const literal = (word: string): string => word.replaceAll('$', '$$$$');
