import { once } from 'node:events';

/** Runs systemd-nspawn(1) as if it were this process: with its input, output and notifications. Answers the exit code. */
export async function runNspawn(options: readonly string[]): Promise<number> {
  const { spawn } = await import('node:child_process');
  const child = spawn('systemd-nspawn', options, { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
