import { once } from 'node:events';

/** Runs systemd-nspawn(1) with the input, output and notifications of this process. Returns its exit code. */
export async function runNspawn(
  options: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  const { spawn } = await import('node:child_process');
  const child = spawn('systemd-nspawn', options, { stdio: 'inherit', env: { ...process.env, ...env } });
  await once(child, 'exit');
  return child.exitCode ?? 1;
}

/** Returns the options of a throwaway container for one command, which keeps only changes in the directory. */
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
