import {
  directoryInside,
  inside,
  isFile,
  listInside,
  moveInside,
  readInside,
  removeInside,
  requireDirectory,
  writeInside,
} from '../../host/tree-files.ts';
import { sysusersLines, sysusersNames } from './sysusers.ts';
import { factory, tmpfilesLine, tmpfilesPaths, withoutTopLevel } from './tmpfiles.ts';
import { varEntries } from './var.ts';

const tmpfilesFile = 'usr/lib/tmpfiles.d/00-ostree-guests.conf';
/** Declares the users that no other file of the tree declares. */
export const sysusersFile = 'usr/lib/sysusers.d/50-ostree-guests.conf';
/** Links of the layout, which systemd expects to be directories. */
const topLevel = ['/home', '/mnt', '/opt', '/root', '/srv', '/tmp'];

/** Empties /var, and declares its content in tmpfiles.d(5), which creates missing entries on each machine. */
export function declareVar(root: string): void {
  requireDirectory(root, 'var');
  for (const name of confFiles(root, 'usr/lib/tmpfiles.d')) {
    const text = readInside(root, name) ?? '';
    const without = withoutTopLevel(text, topLevel);
    if (without !== text) writeInside(root, name, without);
  }
  const known = new Set(declarations(root, 'tmpfiles.d').flatMap(tmpfilesPaths));
  const entries = varEntries(root).filter(({ path }) => !known.has(path));
  for (const { path } of entries.filter(({ type }) => type === 'file'))
    moveInside(root, path, factory + path);
  const sysroot = known.has('/sysroot/tmp') ? [] : ['d /sysroot/tmp 1777 root root -'];
  append(root, tmpfilesFile, [...sysroot, ...entries.map(tmpfilesLine)]);
  removeInside(root, 'var');
  directoryInside(root, 'var');
}

/** Declares the tree's users in sysusers.d(5), which adds missing users on each machine. */
export function declareUsers(root: string): void {
  const known = new Set(declarations(root, 'sysusers.d').flatMap(sysusersNames));
  const [passwd = '', group = ''] = ['passwd', 'group'].map((name) => readInside(root, `etc/${name}`));
  append(root, sysusersFile, sysusersLines(passwd, group, known));
  const service = 'usr/lib/systemd/system/systemd-sysusers.service';
  // Its condition is that /usr is newer than /etc. In OSTree all files have the same time.
  if (isFile(inside(root, service)))
    writeInside(root, `${service}.d/50-ostree-guests.conf`, '[Unit]\nConditionNeedsUpdate=\n');
}

/** Returns the texts of the tree's files of a kind, such as tmpfiles.d. */
const declarations = (root: string, kind: string): string[] =>
  ['usr/lib', 'etc']
    .flatMap((directory) => confFiles(root, `${directory}/${kind}`))
    .map((file) => readInside(root, file) ?? '');

const confFiles = (root: string, directory: string): string[] =>
  listInside(root, directory)
    .filter((name) => name.endsWith('.conf'))
    .map((name) => `${directory}/${name}`);

function append(root: string, path: string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  writeInside(root, path, (readInside(root, path) ?? '') + lines.map((line) => `${line}\n`).join(''));
}
