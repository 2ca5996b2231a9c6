/** Something that a package put into /var: tmpfiles.d(5) makes it where a machine does not have it yet. */
export interface VarEntry {
  /** As seen in the tree: /var/… */
  readonly path: string;
  readonly type: 'directory' | 'link' | 'file';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Of a link. */
  readonly target?: string;
}

/** Where files are kept that are copied into /var. */
export const factory = '/usr/share/factory';

/** The line that makes an entry, and changes nothing where it is there. */
export function tmpfilesLine(entry: VarEntry): string {
  const { path, type, target = '' } = entry;
  if (type === 'link') return `L ${word(path)} - - - - ${word(target)}`;
  if (type === 'file') return `C ${word(path)} - - - - ${word(factory + path)}`;
  return `d ${word(path)} ${entry.mode.toString(8).padStart(4, '0')} ${entry.uid} ${entry.gid} -`;
}

/** Percent signs would be specifiers; the rest is C's escapes in double quotes: tmpfiles.d(5). */
function word(text: string): string {
  const literal = text.replaceAll('%', '%%');
  if (/^[\w./:+@%,=~-]+$/.test(literal)) return literal;
  return `"${literal.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t')}"`;
}

/** The paths that a file of tmpfiles.d makes; other lines change what is there, or take it away. */
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
 * Without the lines that make the links of OSTree's layout directories: systemd-tmpfiles would complain about each
 * at every start.
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
