import { lstatSync, readlinkSync } from 'node:fs';
import { inside, listInside } from '../../host/tree-files.ts';
import type { VarEntry } from './tmpfiles.ts';

/** Lists the entries in the /var of a tree that a machine needs, each directory before its content. */
export function varEntries(root: string, directory = '/var'): VarEntry[] {
  return listInside(root, directory).flatMap((name) => {
    const path = `${directory}/${name}`;
    const entry = entryOf(inside(root, path), path);
    if (!entry || isLeftOut(entry)) return [];
    return entry.type === 'directory' ? [entry, ...varEntries(root, path)] : [entry];
  });
}

function entryOf(place: string, path: string): VarEntry | undefined {
  const stat = lstatSync(place);
  const { uid, gid } = stat;
  const common = { path, mode: stat.mode & 0o7777, uid, gid };
  if (stat.isDirectory()) return { ...common, type: 'directory' };
  if (stat.isFile()) return { ...common, type: 'file' };
  // The programs that use sockets and pipes create them.
  return stat.isSymbolicLink() ? { ...common, type: 'link', target: readlinkSync(place) } : undefined;
}

/** True for leftovers of making the tree: downloads, logs and caches. */
const isLeftOut = ({ path, type }: VarEntry): boolean =>
  /^\/var\/(cache|lib)\/(apt|dnf|libdnf5|rpm-ostree|yum)$/.test(path) ||
  /^\/var\/tmp\//.test(path) ||
  // The identity of the machine that the tree was made on: machine-identity.ts.
  /^\/var\/lib\/(dbus\/machine-id|systemd\/(random-seed|credential\.secret)|NetworkManager\/secret_key|urandom\/random-seed)$/.test(
    path,
  ) ||
  (type === 'file' && /^\/var\/(cache|log)\//.test(path));
