import type { FileKind } from '../../host/tree-files.ts';

export interface FileChange {
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
}

const changes: Readonly<Record<string, FileChange['change']>> = { A: 'added', D: 'removed', M: 'changed' };

/** Parses the output of `ostree diff`: a letter and a path in each line, without a leading slash if it compared directories. */
export const parseDiff = (text: string): FileChange[] =>
  text.split('\n').flatMap((line) => {
    const [, letter = '', path = ''] = /^([ADM]) +\/?(.*)$/.exec(line) ?? [];
    const change = changes[letter];
    return change ? [{ change, path: `/${path}` }] : [];
  });

/** Returns the files of /etc that a machine and the update have both changed. */
export function bothChanged(local: readonly FileChange[], update: readonly FileChange[]): string[] {
  const ours = new Set(local.map(({ path }) => path));
  return update
    .filter(({ path }) => path.startsWith('/usr/etc/'))
    .map(({ path }) => path.slice('/usr'.length))
    .filter((path) => ours.has(path.slice('/etc'.length)));
}

/** Parses the output of `ostree ls -R`. */
export const directoriesIn = (text: string): ReadonlySet<string> =>
  new Set(text.split('\n').flatMap((line) => /^d\d+(?: +\d+){3} (\/.*)$/.exec(line)?.[1] ?? []));

/** What happens to files of /etc that a machine and the update have both changed. */
export interface Merge {
  /** The machine keeps its own. */
  readonly etc: readonly string[];
  /** Directories in the update, but not on the machine: OSTree cannot deploy such an update. */
  readonly unmergeable: readonly string[];
}

/** Decides what happens to these files. `directories` are those of the update, `kindHere` is the type of a file on the machine. */
export function mergeOf(
  both: readonly string[],
  directories: ReadonlySet<string>,
  kindHere: (path: string) => FileKind | undefined,
): Merge {
  const isUnmergeable = (path: string) =>
    directories.has(`/usr${path}`) && ![undefined, 'directory'].includes(kindHere(path));
  return { etc: both.filter((path) => !isUnmergeable(path)), unmergeable: both.filter(isUnmergeable) };
}
