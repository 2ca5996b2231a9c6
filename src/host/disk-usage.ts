import { run } from './process.ts';

/** How much of the disk a directory takes, for people; what it shares with others is counted, too. */
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
