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

/** Returns the files of /etc that a machine and the update have both changed. The machine keeps its own. */
export function bothChanged(local: readonly FileChange[], update: readonly FileChange[]): string[] {
  const ours = new Set(local.map(({ path }) => path));
  return update
    .filter(({ path }) => path.startsWith('/usr/etc/'))
    .map(({ path }) => path.slice('/usr'.length))
    .filter((path) => ours.has(path.slice('/etc'.length)));
}
