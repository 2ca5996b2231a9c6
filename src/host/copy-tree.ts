import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { requireSuccess, run } from './process.ts';

type Reflink = 'auto' | 'always';

/** The options of cp(1) that keep owners, modes, links, times, attributes and labels. Reflinks share the space of files. */
export const copyOptions = (reflink: Reflink): string[] => ['-a', `--reflink=${reflink}`];

/** A directory, and where it is copied to. */
export type Pair = readonly [from: string, to: string];

/**
 * Returns a command for a confined process: it runs `first` with a path, and then copies. A link is followed, which leads nowhere
 * if it leads out of what the process sees: a copy of the link would lead there again.
 */
export const copyPairs = (
  first: string,
  path: string,
  pairs: readonly Pair[],
  reflink: Reflink,
): string[] => [
  'sh',
  '-c',
  `${first} "$1" || exit
shift
while [ $# -gt 1 ]; do cp ${copyOptions(reflink).join(' ')} -- "$1/." "$2" || exit; shift 2; done`,
  'sh',
  path,
  ...pairs.flat(),
];

/** Copies a tree with all attributes, and with reflinks if the file system supports them: cp(1), --reflink. */
export async function copyTree(from: string, to: string, reflink: Reflink = 'auto'): Promise<void> {
  requireSuccess(`Cannot copy ${from} to ${to}`, await run('cp', [...copyOptions(reflink), '--', from, to]));
}

/** Returns a command for a confined process that fails unless a directory supports reflinks: it tries that as canReflink() does. */
export const tryReflink = (directory: string): string[] => [
  'sh',
  '-c',
  `probe=$(mktemp -d "$1/.reflink-XXXXXX") || exit
head -c 4096 /dev/zero >"$probe/a" && cp --reflink=always "$probe/a" "$probe/b" 2>/dev/null
exitCode=$?
rm -rf --one-file-system "$probe"
exit $exitCode`,
  'sh',
  directory,
];

/** Returns true if a directory supports reflinks, by trying it with a file of one block. */
export async function canReflink(directory: string): Promise<boolean> {
  const probe = mkdtempSync(`${directory}/.reflink-`);
  try {
    writeFileSync(`${probe}/a`, Buffer.alloc(4096));
    return (await run('cp', ['--reflink=always', `${probe}/a`, `${probe}/b`])).exitCode === 0;
  } finally {
    rmSync(probe, { recursive: true });
  }
}

/** Returns the bytes on disk of a directory, without mounts in it: du(1). */
export async function sizeOf(directory: string): Promise<number> {
  const { stdout } = await run('du', ['-sx', '--block-size=1', '--', directory], { forPeople: true });
  return Number.parseInt(stdout, 10) || 0;
}

/** Flushes a file system to disk: sync(1). Fails if that does, since what was written may then be lost. */
export async function syncFileSystem(path: string): Promise<void> {
  requireSuccess(`Cannot write ${path} to disk`, await run('sync', ['--file-system', '--', path]));
}
