import { run } from './process.ts';

/** Returns the disk usage of a directory for people, including shared files. */
export async function diskUsage(directory: string): Promise<string> {
  const { stdout } = await run('du', [
    '--summarize',
    '--human-readable',
    '--one-file-system',
    '--',
    directory,
  ]);
  return `${stdout.split('\t')[0] || '0'} with what it shares with other guests`;
}
