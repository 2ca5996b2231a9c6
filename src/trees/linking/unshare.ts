// Replaces hard links to files of other guests by copies, for a guest whose root could write to them.
import { linkSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { copyOptions, syncFileSystem } from '../../host/copy-tree.ts';
import { makeDirectories } from '../../host/make-directories.ts';
import { requireSuccess, run } from '../../host/process.ts';
import { removeTree } from '../../host/tree-removal.ts';
import { varOf } from '../../ostree/sysroot.ts';

export interface SysrootToUnshare {
  readonly sysroot: string;
  readonly stateroot: string;
}

/** A file by all the names that it has in the sysroot. */
type Names = readonly [string, ...string[]];

/** The number of files to copy before they are renamed over the old ones. */
const atOnce = 1000;

/**
 * Replaces each file that has a name outside of the sysroot by a copy, under all its names in the sysroot. It can be interrupted
 * anywhere: each name has the old file, or the new one, complete and on disk. Returns the number of replaced files.
 */
export async function unshare({ sysroot, stateroot }: SysrootToUnshare): Promise<number> {
  const work = `${sysroot}/ostree/repo/tmp/unshare`;
  await removeTree(work);
  const shared = await findShared(sysroot, stateroot);
  const immutable = await immutableIn(sysroot, stateroot);
  await chattr('-i', immutable);
  try {
    for (let begin = 0; begin < shared.length; begin += atOnce)
      await replace(sysroot, work, shared.slice(begin, begin + atOnce));
  } finally {
    await chattr('+i', immutable);
    await removeTree(work);
  }
  return shared.length;
}

/** Finds files with names outside of the sysroot. Skips /var, which was never linked. */
async function findShared(sysroot: string, stateroot: string): Promise<Names[]> {
  const withoutVar = ['-path', varOf(sysroot, stateroot), '-prune'];
  const linked = ['(', '-type', 'f', '-o', '-type', 'l', ')', '-links', '+1'];
  const finished = await run(
    'find',
    [sysroot, '-xdev', ...withoutVar, '-o', ...linked, '-printf', String.raw`%i %n %P\0`],
    { most: 1 << 30 },
  );
  requireSuccess(`Cannot look through ${sysroot}`, finished);
  const { stdout } = finished;
  return sharedIn(stdout);
}

/** Parses records that end with a zero byte: the inode, its number of names, and one of them. */
export function sharedIn(found: string): Names[] {
  const inodes = new Map<string, { count: number; names: [string, ...string[]] }>();
  for (const record of found.split('\0')) {
    const [, inode = '', count = '', name = ''] = /^(\d+) (\d+) (.*)$/s.exec(record) ?? [];
    if (name === '') continue;
    const known = inodes.get(inode);
    if (known) known.names.push(name);
    else inodes.set(inode, { count: Number(count), names: [name] });
  }
  return [...inodes.values()].filter(({ count, names }) => count > names.length).map(({ names }) => names);
}

async function replace(sysroot: string, work: string, files: readonly Names[]): Promise<void> {
  makeDirectories(work);
  const sources = files.map(([name]) => `./${name}\0`).join('');
  // One cp(1) for many files, with owner, mode, times and attributes.
  const copy = ['cp', ...copyOptions('auto'), '--parents', `--target-directory=${work}`, '--'];
  requireSuccess(
    `Cannot copy files of ${sysroot}`,
    await run('env', ['-C', sysroot, 'xargs', '-0', ...copy], { input: sources }),
  );
  await syncFileSystem(work);
  for (const [first, ...others] of files) {
    renameSync(`${work}/${first}`, `${sysroot}/${first}`);
    for (const other of others) {
      linkSync(`${sysroot}/${first}`, `${work}/link`);
      renameSync(`${work}/link`, `${sysroot}/${other}`);
    }
  }
  await removeTree(work);
}

/** Finds immutable roots of deployments, in which links could not be replaced. */
async function immutableIn(sysroot: string, stateroot: string): Promise<string[]> {
  const directory = `${sysroot}/ostree/deploy/${stateroot}/deploy`;
  const { stdout } = await run('find', [
    directory,
    '-mindepth',
    '1',
    '-maxdepth',
    '1',
    '-type',
    'd',
    '-print0',
  ]);
  return stdout.split('\0').filter((path) => path !== '' && dirname(path) === directory);
}

async function chattr(flag: '+i' | '-i', directories: readonly string[]): Promise<void> {
  if (directories.length > 0) await run('chattr', ['-f', flag, '--', ...directories]);
}
