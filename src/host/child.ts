// Starts programs. Child processes end with us, also if a signal ends us.
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { endingSignals } from './ending-signals.ts';

/** How a child process ended, or why it could not be started. */
export interface Ended {
  readonly exitCode?: number;
  readonly signal?: NodeJS.Signals;
  /** Why it could not be started, and its errno(3). */
  readonly message?: string;
  readonly code?: string | undefined;
}

export interface Child {
  /** Undefined if it could not be started. */
  readonly process: ChildProcess | undefined;
  /** Resolves when it has ended, and nobody has its pipes open any more. */
  readonly ended: Promise<Ended>;
}

export interface StartOptions {
  readonly stdio: StdioOptions;
  /** Added to our environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Written to its standard input, if that is a pipe. */
  readonly input?: string | undefined;
}

/** Starts a program. Loads Node's module for that lazily: many commands start no program. */
export function start(file: string, args: readonly string[], { stdio, env, input }: StartOptions): Child {
  const { spawn } = process.getBuiltinModule('node:child_process');
  try {
    const child = spawn(file, args, { stdio, env: { ...process.env, ...env } });
    endWithUs(child);
    // A program need not read all of its input.
    child.stdin?.on('error', () => {}).end(input);
    return { process: child, ended: endOf(child) };
  } catch (error) {
    // Such as a command line that is too long.
    return { process: undefined, ended: Promise.resolve(notStarted(error)) };
  }
}

const endOf = (child: ChildProcess): Promise<Ended> =>
  new Promise((resolve) => {
    child.on('error', (error) => {
      // A signal that could not be sent is not its end.
      if (child.pid === undefined) resolve(notStarted(error));
    });
    child.on('close', (exitCode, signal) =>
      resolve(signal === null ? { exitCode: exitCode ?? 0 } : { signal }),
    );
  });

function notStarted(error: unknown): Ended {
  const { message, code } = error as NodeJS.ErrnoException;
  return { message, code };
}

/** The child processes that run. */
const children = new Set<ChildProcess>();

function endWithUs(child: ChildProcess): void {
  if (children.size === 0) listen();
  children.add(child);
  const forget = () => {
    if (children.delete(child) && children.size === 0) ignore();
  };
  child.once('exit', forget).once('error', () => child.pid === undefined && forget());
}

function listen(): void {
  process.on('exit', endChildren);
  for (const signal of endingSignals) process.on(signal, endByIt);
}

function ignore(): void {
  process.off('exit', endChildren);
  for (const signal of endingSignals) process.off(signal, endByIt);
}

const endChildren = (): void => {
  for (const child of children) child.kill();
};

/** Ends us by a signal, as without our handler, unless there is another handler. */
const endByIt = (signal: NodeJS.Signals): void => {
  if (process.listenerCount(signal) > 1) return;
  ignore();
  endChildren();
  process.kill(process.pid, signal);
};
