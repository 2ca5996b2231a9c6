import { readFileSync } from 'node:fs';
import { type Finished, type RunOptions, run } from './process.ts';

export type Settings = readonly (readonly [key: string, value: string])[];

/**
 * Runs a command as a transient service with these settings, and waits for its end. The service ends with us: stopped
 * by a signal that ends us, or with the service that we are part of, however that ends. If systemd ended it, the last
 * line of `stderr` says why. `env` is added to its environment, and can be read by nobody else.
 */
export async function runAsService(
  unit: string,
  settings: Settings,
  command: readonly string[],
  { env = {}, ...options }: RunOptions = {},
): Promise<Finished> {
  const properties = [...boundTo(ownService()), ...settings].map(
    ([key, value]) => `--property=${key}=${value}`,
  );
  // What goes to our own output is what the command prints, and nothing else.
  const how = [
    ...(options.print ? ['--quiet'] : []),
    '--wait',
    '--pipe',
    '--collect',
    `--unit=${unit}`,
    ...properties,
  ];
  const release = stopOnSignal(unit);
  try {
    const finished = await run('systemd-run', [...how, '--', ...withEnvironment(env, command).map(literal)], {
      ...options,
      ...inputWith(env, options.input),
    });
    // Killed for its output or its time, systemd-run leaves the service behind.
    if (finished.ended !== 'exited' && finished.ended !== 'notFound')
      await run('systemctl', ['kill', '--signal=KILL', '--', unit]);
    return { ...finished, stderr: withoutNotes(finished.stderr) };
  } finally {
    release();
  }
}

/**
 * `Before=` makes the next start of that service wait until what it left running has ended. `After=` would do that too, but
 * wait for the end of this run of a oneshot service, which waits for us.
 */
const boundTo = (service: string | undefined): Settings =>
  service === undefined
    ? []
    : [
        ['BindsTo', service],
        ['Before', service],
      ];

/** The system service that we run in: none on a terminal, and none of a user's own systemd. */
const ownService = (): string | undefined => serviceOf(readFileSync('/proc/self/cgroup', 'utf8'));

/** The service in what /proc/self/cgroup says: cgroups(7). It may have control groups of its own below it. */
export function serviceOf(cgroup: string): string | undefined {
  const path = /^0::(.*)$/m.exec(cgroup)?.[1] ?? '';
  return path.startsWith('/user.slice/') ? undefined : /\/([^/]+\.service)(?:\/|$)/.exec(path)?.[1];
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Stops the unit when a signal is about to end us, and then lets it. */
function stopOnSignal(unit: string): () => void {
  const release = () => {
    for (const signal of signals) process.off(signal, stop);
  };
  const stop = (signal: NodeJS.Signals) => {
    // Ours is released only then: where it is the last one, execa takes the signal for its own, and ends us.
    const end = () => {
      release();
      process.kill(process.pid, signal);
    };
    run('systemctl', ['stop', '--no-block', '--', unit]).then(end, end);
  };
  for (const signal of signals) process.on(signal, stop);
  return release;
}

/** What systemd calls the ends that it brings about: systemd.exec(5), $SERVICE_RESULT. */
const causes: Readonly<Record<string, string>> = {
  timeout: 'it took too long, and was ended',
  'oom-kill': 'it used too much memory, and was ended',
  signal: 'it was killed',
  'core-dump': 'it crashed',
  resources: 'systemd could not start it',
};

/** Whether somebody stopped or killed the service. */
export const wasKilled = ({ stderr }: Finished): boolean => `\n${stderr}`.endsWith(`\n${causes['signal']}\n`);

/** Takes what systemd-run itself says from what the command wrote, and puts the cause into words. */
export function withoutNotes(stderr: string): string {
  const text = stderr.replace(/^Running as unit: .*(\n|$)/, '');
  // The command's own last line may lack its end.
  const [, said, result = ''] =
    /^(.*)Finished with result: (\S+)\n?(?:[A-Z][\w ]*: .*\n?)*$/s.exec(text) ?? [];
  if (said === undefined) return text;
  const cause = causes[result];
  return cause === undefined ? said : `${said}${said === '' || said.endsWith('\n') ? '' : '\n'}${cause}\n`;
}

type Environment = Readonly<Record<string, string>>;

/** Not with Environment=: everybody can ask systemd for the settings of a unit. A shell reads it first, from standard input. */
const withEnvironment = (env: Environment, command: readonly string[]): readonly string[] =>
  Object.keys(env).length === 0 ? command : ['/bin/sh', '-c', readEnvironment, 'sh', ...command];

const readEnvironment = 'while IFS= read -r line && [ -n "$line" ]; do export "$line"; done; exec "$@"';

function inputWith(env: Environment, input = ''): Pick<RunOptions, 'input'> {
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}\n`);
  return lines.length === 0 ? {} : { input: `${lines.join('')}\n${input}` };
}

/** As it is: of a service's command line, systemd replaces $NAME. */
const literal = (word: string): string => word.replaceAll('$', '$$$$');
