import { type Finished, type RunOptions, run } from '../process.ts';

/** Runs a command as a transient service with these settings, and waits for its end. */
export function runAsService(
  unit: string,
  settings: readonly (readonly [key: string, value: string])[],
  command: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const properties = settings.map(([key, value]) => `--property=${key}=${value}`);
  const how = ['--quiet', '--wait', '--pipe', '--collect', `--unit=${unit}`, ...properties];
  return run('systemd-run', [...how, '--', ...command], options);
}
