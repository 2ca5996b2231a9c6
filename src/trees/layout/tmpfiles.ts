/** An entry of /var from a package. tmpfiles.d(5) creates it on machines that lack it. */
export interface VarEntry {
  /** As seen in the tree: /var/… */
  readonly path: string;
  readonly type: 'directory' | 'link' | 'file';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** The target of a link. */
  readonly target?: string;
}

/** The directory of files that systemd-tmpfiles copies into /var. */
export const factory = '/usr/share/factory';

/** Returns the line that creates an entry, and does not change an existing one. */
export function tmpfilesLine(entry: VarEntry): string {
  const { path, type, target = '' } = entry;
  if (type === 'link') return `L ${word(path)} - - - - ${word(target)}`;
  if (type === 'file') return `C ${word(path)} - - - - ${word(factory + path)}`;
  return `d ${word(path)} ${entry.mode.toString(8).padStart(4, '0')} ${entry.uid} ${entry.gid} -`;
}

/** Escapes a word for tmpfiles.d(5): specifiers, and C escapes in double quotes. */
function word(text: string): string {
  const literal = text.replaceAll('%', '%%');
  if (/^[\w./:+@%,=~-]+$/.test(literal)) return literal;
  return `"${literal.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t')}"`;
}

/** Returns the paths that a file of tmpfiles.d creates. Other lines change or remove paths. */
export const tmpfilesPaths = (text: string): string[] =>
  tmpfilesLines(text)
    .filter(([line]) => /^\s*[fFdDvqQpLcbC]/.test(line))
    .map(([, path]) => path);

const tmpfilesLines = (text: string): [line: string, path: string][] =>
  text.split('\n').flatMap((line): [line: string, path: string][] => {
    const [, quoted, plain] = /^\s*[A-Za-z][^\s]*\s+(?:"((?:[^"\\]|\\.)*)"|(\S+))/.exec(line) ?? [];
    const path = quoted?.replace(/\\(.)/g, '$1') ?? plain;
    return path === undefined ? [] : [[line, path.replaceAll('%%', '%').replace(/(.)\/+$/, '$1')]];
  });

/**
 * Removes the lines for directories that are links in OSTree's layout: systemd-tmpfiles would complain about each of them at
 * every start.
 */
export function withoutTopLevel(text: string, links: readonly string[]): string {
  const dropped = new Set(
    tmpfilesLines(text).flatMap(([line, path]) => (links.includes(path) ? [line] : [])),
  );
  return dropped.size === 0
    ? text
    : text
        .split('\n')
        .filter((line) => !dropped.has(line))
        .join('\n');
}
