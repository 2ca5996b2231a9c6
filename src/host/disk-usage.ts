import { run } from './process.ts';

/** Returns the disk usage of a directory in bytes, including shared files. */
export async function diskUsage(directory: string): Promise<number> {
  const options = ['--summarize', '--block-size=1', '--one-file-system'];
  const { stdout } = await run('du', [...options, '--', directory]);
  return Number(stdout.split('\t')[0] ?? 0);
}
