import { once } from 'node:events';

/** Runs systemd-nspawn(1) as if it were this process: with its input, output and notifications. Answers the exit code. */
export async function runNspawn(
  options: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  const { spawn } = await import('node:child_process');
  const child = spawn('systemd-nspawn', options, { stdio: 'inherit', env: { ...process.env, ...env } });
  await once(child, 'exit');
  return child.exitCode ?? 1;
}

/** Options of a container that one command is run in, and of which nothing is left but what that did in the directory. */
export const throwaway = (machine: string, directory: string): string[] => [
  '--quiet',
  '--keep-unit',
  '--register=no',
  '--as-pid2',
  '--console=pipe',
  '--settings=no',
  `--machine=${machine}`,
  `--directory=${directory}`,
  '--no-new-privileges=yes',
  '--link-journal=no',
  '--timezone=off',
];
