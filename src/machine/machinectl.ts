import { run } from '../process.ts';

/** The root directory that a running machine really runs from; nothing where it does not run. */
export async function machineRoot(machine: string): Promise<string | undefined> {
  const { exitCode, stdout } = await run('machinectl', ['show', machine, '--property=RootDirectory']);
  return exitCode === 0 ? stdout.trim().replace(/^RootDirectory=/, '') || undefined : undefined;
}
