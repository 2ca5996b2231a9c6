import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { Failure } from './failure.ts';
import { shellWord } from './shell-word.ts';

/** How a program ended. It has an exit code only if it ended by itself. */
export type Ending =
  | { readonly ended: 'exited'; readonly exitCode: number }
  | {
      /**
       * `killed`: by a signal of somebody else. `timedOut`: it took too long. `stopped`: it printed too much, or its caller gave it
       * up. `notFound`: there is no such program. `notStarted`: it exists, but the system does not start it.
       */
      readonly ended: 'killed' | 'timedOut' | 'stopped' | 'notFound' | 'notStarted';
      readonly reason: string;
      readonly exitCode?: undefined;
    };

/** How a program ended, and what it printed. Unless it exited, `stderr` is why, and `stdout` is empty. */
export type Finished = Ending & { readonly stdout: string; readonly stderr: string };

/** Says how a program ended, for an error message. */
export const endingWords = (ending: Ending): string =>
  ending.ended === 'exited' ? `exit code ${ending.exitCode}` : ending.reason;

/** Fails if a program failed, with `what`, the first line of its errors, and what to do. */
export function requireSuccess(what: string, finished: Finished, remedy?: string): void {
  if (finished.exitCode === 0) return;
  throw new Failure(`${what}: ${finished.stderr.trim().split('\n')[0] || endingWords(finished)}`, remedy);
}

export interface RunOptions {
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Its standard input. Default: empty. */
  readonly input?: string;
  /** File descriptors of ours that become its standard input or output. The result then has no `stdout`. */
  readonly descriptors?: { readonly stdin?: number; readonly stdout?: number };
  /** The time after which it is killed, in milliseconds. */
  readonly timeout?: number;
  /** Kills it when aborted. */
  readonly signal?: AbortSignal;
  /** Also copies its output to ours. If it is larger than `most`, the result omits the middle. */
  readonly print?: boolean;
  /**
   * The maximum size of its standard output. A program that prints more is killed and fails, because a parser needs all of it.
   * Only the beginning and the end of standard error are kept.
   */
  readonly most?: number;
  /** True if nobody parses its standard output: it is then treated like standard error and not limited. */
  readonly forPeople?: boolean;
  /** Receives its standard output as it arrives. */
  readonly onOutput?: (text: string) => void;
  /** Receives its standard error as it arrives. */
  readonly onErrors?: (text: string) => void;
}

/** Enough for a host with 1000 guests, without filling its memory. */
const most = 32 << 20;
const mostForPeople = 64 << 10;

/** Runs a program to its end. However it ends is an answer, not an exception. */
export async function run(
  file: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  // Loaded only when a program is really started: execa takes longer to load than most commands to run.
  const { execa } = await import('execa');
  // The types of execa know descriptors up to 9, and the program any.
  const { stdin, stdout } = (options.descriptors ?? {}) as { stdin?: 9; stdout?: 9 };
  const child = execa(file, args, {
    reject: false,
    buffer: false,
    ...(options.input === undefined ? { stdin: stdin ?? 'ignore' } : { input: options.input }),
    ...(options.print && { stdout: ['pipe', 'inherit'], stderr: ['pipe', 'inherit'] }),
    ...(stdout !== undefined && { stdout }),
    env: { LC_ALL: 'C.UTF-8', ...options.env },
  });
  if (options.onOutput) decoded(child.stdout, options.onOutput);
  if (options.onErrors) decoded(child.stderr, options.onErrors);
  return watch(file, child, options);
}

/**
 * Runs a program on a terminal of its own, made by script(1) of util-linux, with its errors apart: for what programs
 * show to people only. `onShown` receives it as it arrives, with escape sequences.
 */
export async function runOnTerminal(
  file: string,
  args: readonly string[],
  onShown: (text: string) => void,
  signal?: AbortSignal,
): Promise<Finished> {
  const { execa } = await import('execa');
  const command = `exec ${[file, ...args].map(shellWord).join(' ')} 2>&3`;
  const child = execa('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    reject: false,
    buffer: false,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { LC_ALL: 'C.UTF-8', SHELL: '/bin/sh' },
  });
  const ofTerminal = new Excerpt(mostForPeople);
  child.stdio[3]?.on('data', (chunk: Buffer) => ofTerminal.add(chunk));
  decoded(child.stdout, onShown);
  const result = await watch(file, child, { forPeople: true, ...(signal && { signal }) });
  // Errors may be coloured.
  return { ...result, stderr: stripVTControlCharacters(`${result.stderr}${ofTerminal.text()}`) };
}

/** Passes on the text of a stream as it arrives, in whole characters. */
function decoded(stream: Readable | null, onText: (text: string) => void): void {
  const decoder = new TextDecoder();
  stream?.on('data', (chunk: Buffer) => onText(decoder.decode(chunk, { stream: true })));
}

/** The part of execa's result that is used here. */
interface Child extends Promise<Ended> {
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  readonly stdio: readonly (Readable | Writable | null)[];
  kill(signal: 'SIGKILL'): boolean;
}

interface Ended {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly originalMessage?: string | undefined;
  /** Why it could not be started: errno(3). */
  readonly code?: string | undefined;
}

/** Waits for the end of a program, and keeps what it prints, within bounds of time and size. */
async function watch(file: string, child: Child, options: RunOptions): Promise<Finished> {
  const limit = options.most ?? most;
  const stdout = new Excerpt(options.forPeople ? mostForPeople : limit);
  const stderr = new Excerpt(options.print ? limit : mostForPeople);
  let ours: Exclude<Ending, { ended: 'exited' }> | undefined;
  const end = (ended: 'timedOut' | 'stopped', reason: string) => {
    ours ??= { ended, reason };
    child.kill('SIGKILL');
    // Its own children may keep the streams open.
    for (const stream of child.stdio) stream?.destroy();
  };
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout.add(chunk);
    if (!options.forPeople && !options.print && stdout.size > limit)
      end('stopped', `printed more than ${limit >> 20} MiB`);
  });
  child.stderr?.on('data', (chunk: Buffer) => stderr.add(chunk));
  const timer =
    options.timeout !== undefined &&
    setTimeout(end, Math.max(1, options.timeout), 'timedOut', 'took too long');
  const aborted = () => {
    const { reason } = options.signal ?? {};
    end('stopped', typeof reason === 'string' ? reason : 'was ended');
  };
  options.signal?.addEventListener('abort', aborted, { once: true });
  const result = await child;
  if (timer) clearTimeout(timer);
  const ending = ours ?? endingOf(result);
  return ending.ended === 'exited'
    ? { ...ending, stdout: stdout.text(), stderr: stderr.text() }
    : { ...ending, stdout: '', stderr: `${file}: ${ending.reason}` };
}

function endingOf({ exitCode, signal, code, originalMessage }: Ended): Ending {
  if (exitCode !== undefined) return { ended: 'exited', exitCode };
  if (signal !== undefined) return { ended: 'killed', reason: `killed by ${signal}` };
  const reason = originalMessage ?? 'it could not be started';
  return { ended: code === 'ENOENT' ? 'notFound' : 'notStarted', reason };
}

/** Keeps the beginning and the end of a stream, and the size of the gap. */
class Excerpt {
  /** The size of the whole stream. */
  size = 0;
  readonly #half: number;
  readonly #head: Buffer[] = [];
  readonly #tail: Buffer[] = [];
  #ofHead = 0;
  #ofTail = 0;

  /** Keeps at most `limit` bytes, plus one chunk. */
  constructor(limit: number) {
    this.#half = limit / 2;
  }

  add(chunk: Buffer): void {
    this.size += chunk.length;
    const room = this.#half - this.#ofHead;
    const [first, rest] = [chunk.subarray(0, room), chunk.subarray(room)];
    if (first.length > 0) this.#head.push(first);
    this.#ofHead += first.length;
    if (rest.length === 0) return;
    this.#tail.push(rest);
    this.#ofTail += rest.length;
    // Drops chunks that the second half does not need.
    while (this.#ofTail - (this.#tail[0]?.length ?? 0) >= this.#half)
      this.#ofTail -= this.#tail.shift()?.length ?? 0;
  }

  /** Returns the text without its last line end. */
  text(): string {
    const missing = this.size - this.#ofHead - this.#ofTail;
    const mark = missing > 0 ? [Buffer.from(`\n[${missing} bytes are left out]\n`)] : [];
    const text = Buffer.concat([...this.#head, ...mark, ...this.#tail]).toString();
    return text.replace(/\r?\n$/, '');
  }
}

export interface AttachOptions extends RunOptions {
  /** Its standard input, instead of ours. */
  readonly input?: string;
}

/**
 * Runs a program on our own terminal: a pager, a shell. Ctrl-C is for it, not for us. Returns its exit status as a shell
 * does: 128 and the number of a signal that killed it, 127 if there is no such program, 126 if it cannot be started.
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
    const { exitCode, signal, code } = await execa(file, args, {
      reject: false,
      stdout: 'inherit',
      stderr: 'inherit',
      ...(env && { env }),
      ...(input === undefined ? { stdin: 'inherit' } : { input }),
    });
    if (exitCode !== undefined) return exitCode;
    if (signal !== undefined) return 128 + constants.signals[signal];
    return code === 'ENOENT' ? 127 : 126;
  } finally {
    process.off('SIGINT', ignore);
  }
}
