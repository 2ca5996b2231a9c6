import { run } from './process.ts';

/** The type of the file system that a path is on. */
export async function fileSystemOf(path: string): Promise<string> {
  const { stdout } = await run('findmnt', ['--noheadings', '--output=FSTYPE', `--target=${path}`]);
  return stdout.trim() || 'an unknown file system';
}
