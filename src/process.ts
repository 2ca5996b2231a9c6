import { stripVTControlCharacters } from 'node:util';
import { shellWord } from './shell-word.ts';

export interface Finished {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads on its standard input; nothing is the default. */
  readonly input?: string;
  /** In milliseconds, after which it is killed. */
  readonly timeout?: number;
  /** Also prints what it prints, as it comes. */
  readonly print?: boolean;
}

/**
 * Runs a program to its end; any exit code is an answer, not an exception. A program that cannot be
 * started answers 127, as in a shell.
 */
export async function run(
  file: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  // Loaded only when a program is really started: execa takes longer to load than most commands to run.
  const { execa } = await import('execa');
  const child = execa(file, args, {
    reject: false,
    ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
    ...(options.timeout !== undefined && { timeout: Math.max(1, options.timeout), killSignal: 'SIGKILL' }),
    ...(options.print && { stdout: ['pipe', 'inherit'], stderr: ['pipe', 'inherit'] }),
    env: { LC_ALL: 'C.UTF-8', ...options.env },
  });
  return finished(file, await child);
}

/**
 * Runs a program on a terminal of its own, made by script(1) of util-linux, with its errors apart: for what programs
 * show to people only. `onShown` gets that as it comes, escape sequences included.
 */
export async function runOnTerminal(
  file: string,
  args: readonly string[],
  onShown: (text: string) => void,
): Promise<Finished> {
  const { execa } = await import('execa');
  const command = `exec ${[file, ...args].map(shellWord).join(' ')} 2>&3`;
  const child = execa('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    ...{ reject: false, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] },
    env: { LC_ALL: 'C.UTF-8', SHELL: '/bin/sh' },
  });
  child.stdout.setEncoding('utf8').on('data', onShown);
  const result = await child;
  // As on a terminal they may be coloured, too.
  const errors = stripVTControlCharacters(`${result.stderr}${result.stdio[3] ?? ''}`);
  return finished(file, { ...result, stderr: errors });
}

interface Ended {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly timedOut: boolean;
  readonly originalMessage?: string | undefined;
  readonly stdout?: unknown;
  readonly stderr?: unknown;
}

function finished(file: string, result: Ended): Finished {
  if (result.exitCode === undefined) {
    const reason = result.timedOut
      ? 'took too long'
      : result.signal
        ? `killed by ${result.signal}`
        : (result.originalMessage ?? 'cannot be started');
    return { exitCode: result.signal ? 128 : 127, stdout: '', stderr: `${file}: ${reason}` };
  }
  return {
    exitCode: result.exitCode,
    stdout: String(result.stdout ?? ''),
    stderr: String(result.stderr ?? ''),
  };
}

export interface AttachOptions extends RunOptions {
  /** What it reads instead of our standard input. */
  readonly input?: string;
}

/**
 * Runs a program on our own terminal: a pager, a shell. Ctrl-C is for it, not for us. Answers its exit code, as a
 * shell would.
 */
export async function attach(
  file: string,
  args: readonly string[],
  { input, env }: AttachOptions = {},
): Promise<number> {
  const { execa } = await import('execa');
  const ignore = () => {};
  process.on('SIGINT', ignore);
  try {
    const { exitCode, signal } = await execa(file, args, {
      ...{ reject: false, stdout: 'inherit', stderr: 'inherit', ...(env && { env }) },
      ...(input === undefined ? { stdin: 'inherit' } : { input }),
    });
    return exitCode ?? (signal ? 128 : 127);
  } finally {
    process.off('SIGINT', ignore);
  }
}
