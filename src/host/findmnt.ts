import { run } from './process.ts';

/** Returns the type of the file system of a path. */
export async function fileSystemOf(path: string): Promise<string> {
  const { stdout } = await run('findmnt', ['--noheadings', '--output=FSTYPE', `--target=${path}`]);
  return stdout.trim() || 'an unknown file system';
}
