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
  const result = await child;
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
