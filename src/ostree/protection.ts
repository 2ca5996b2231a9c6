// Files of a guest's root belong to root on disk, and may be setuid. Only the mode of the sysroot keeps users of the
// host out: it allows only root, wherever the sysroot is.
import { chmodSync, chownSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { unlessForbidden } from '../host/is-root.ts';
import { makeDirectories } from '../host/make-directories.ts';
import { unlessMissing } from '../host/node-files.ts';

/** Creates the directory of a sysroot, or sets the mode of an existing one. src/steps/boot/power-on does so, too. */
export function closeSysroot(sysroot: string): void {
  makeDirectories(sysroot, 0o700);
  chownSync(sysroot, 0, 0);
  chmodSync(sysroot, 0o700);
}

export interface Unprotected {
  readonly message: string;
  readonly remedy: string;
}

/**
 * Says how users of the host could reach the files in a sysroot; undefined if they cannot, if it is missing, or if only root
 * can tell.
 */
export function whyUnprotected(sysroot: string): Unprotected | undefined {
  const path = unlessForbidden(() => unlessMissing(() => realpathSync.native(sysroot)));
  return path === undefined ? undefined : whyOpen(path, (directory) => statSync(directory));
}

type Attributes = Pick<Stats, 'mode' | 'uid' | 'gid'>;

/** Like whyUnprotected(), for a resolved path. */
export function whyOpen(sysroot: string, stat: (directory: string) => Attributes): Unprotected | undefined {
  const { mode, uid } = stat(sysroot);
  if (uid !== 0 || (mode & 0o077) !== 0) {
    const message = `${sysroot} is open to users of this host, who could run setuid files of the guest`;
    return { message, remedy: `Run: chown root: ${sysroot}; chmod 700 ${sysroot}` };
  }
  for (let directory = sysroot; directory !== '/'; ) {
    directory = dirname(directory);
    if (!isWritable(stat(directory))) continue;
    const message = `${directory} is writable by users of this host, who could replace ${sysroot}`;
    return { message, remedy: `Run: chown root: ${directory}; chmod go-w ${directory}` };
  }
  return undefined;
}

/** In a sticky directory, such as /tmp, only the owner of something can replace it. */
function isWritable({ mode, uid, gid }: Attributes): boolean {
  const byOthers = (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== 0);
  return uid !== 0 || (byOthers && (mode & 0o1000) === 0);
}
