export interface Finished {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
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
    stdin: 'ignore',
    env: { LC_ALL: 'C.UTF-8', ...options.env },
  });
  const result = await child;
  if (result.exitCode === undefined) {
    const reason = result.signal
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
