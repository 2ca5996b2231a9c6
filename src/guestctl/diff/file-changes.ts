export interface FileChange {
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
}

const changes: Readonly<Record<string, FileChange['change']>> = { A: 'added', D: 'removed', M: 'changed' };

/** What `ostree diff` prints: a letter and a path in each line, without a slash where it compared directories. */
export const parseDiff = (text: string): FileChange[] =>
  text.split('\n').flatMap((line) => {
    const [, letter = '', path = ''] = /^([ADM]) +\/?(.*)$/.exec(line) ?? [];
    const change = changes[letter];
    return change ? [{ change, path: `/${path}` }] : [];
  });

/** Files of /etc that a machine has changed itself and that the update changes as well: its own stay as they are. */
export function bothChanged(local: readonly FileChange[], update: readonly FileChange[]): string[] {
  const ours = new Set(local.map(({ path }) => path));
  return update
    .filter(({ path }) => path.startsWith('/usr/etc/'))
    .map(({ path }) => path.slice('/usr'.length))
    .filter((path) => ours.has(path.slice('/etc'.length)));
}
