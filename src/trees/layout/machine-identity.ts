// Files that packages create once for each machine, such as SSH host keys. A tree must not have them: all its guests would share
// them. Each guest creates its own at its first start, in its /etc, and keeps them.
import { lstatSync } from 'node:fs';
import {
  inside,
  isDirectory,
  isFile,
  kindInside,
  linkInside,
  listInside,
  readInside,
  removeInside,
  writeInside,
} from '../../host/tree-files.ts';

interface Identity {
  /** The directory of the files, in the tree. */
  readonly directory: string;
  /** The names of the files. Only regular files count. */
  readonly files: RegExp;
  /** A glob(7). If it matches, the machine has the files already. */
  readonly glob: string;
  /** The command for sh that creates the files. It runs as the guest's root, before sysinit.target. */
  readonly make: string;
}

const identities: readonly Identity[] = [
  {
    directory: 'etc/ssh',
    files: /^ssh_host_\w+_key(\.pub)?$/,
    glob: '/etc/ssh/ssh_host_*_key',
    make: 'ssh-keygen -A',
  },
  {
    // From the package ssl-cert.
    directory: 'etc/ssl/private',
    files: /^ssl-cert-snakeoil\.key$/,
    glob: '/etc/ssl/private/ssl-cert-snakeoil.key',
    make: 'make-ssl-cert generate-default-snakeoil --force-overwrite',
  },
  {
    directory: 'etc/ssl/certs',
    files: /^ssl-cert-snakeoil\.pem$/,
    glob: '/etc/ssl/certs/ssl-cert-snakeoil.pem',
    make: 'make-ssl-cert generate-default-snakeoil --force-overwrite',
  },
  {
    directory: 'etc/iscsi',
    files: /^initiatorname\.iscsi$/,
    glob: '/etc/iscsi/initiatorname.iscsi',
    make: 'umask 077; name=$(iscsi-iname) && echo "InitiatorName=$name" >/etc/iscsi/initiatorname.iscsi',
  },
  {
    directory: 'etc/bind',
    files: /^rndc\.key$/,
    glob: '/etc/bind/rndc.key',
    make: 'rndc-confgen -a -u bind',
  },
];

const unit = 'usr/lib/systemd/system/ostree-guest-identity.service';
const wanted = 'usr/lib/systemd/system/sysinit.target.wants/ostree-guest-identity.service';

/**
 * Removes the identity of the machine that the tree was made on, and lets each guest create its own. Returns the removed
 * paths.
 */
export function forgetIdentity(root: string): string[] {
  const removed = identities.flatMap((identity) => filesOf(root, identity));
  for (const path of removed) removeInside(root, path);
  // An image may have the ID of the machine that it was made on. If it is empty, the first start makes one: machine-id(5).
  if (hasMachineId(root)) writeInside(root, 'etc/machine-id', '');
  if (isDirectory(inside(root, 'usr/lib/systemd/system'))) declareMakers(root, removed);
  return removed;
}

const filesOf = (root: string, { directory, files }: Identity): string[] =>
  listInside(root, directory)
    .filter((name) => files.test(name))
    .map((name) => `${directory}/${name}`)
    .filter((path) => isSmallFile(inside(root, path)));

/** Writes the unit that creates the files. A tree that is laid out again, with more packages, keeps the commands that it had. */
function declareMakers(root: string, removed: readonly string[]): void {
  const before = readInside(root, unit) ?? '';
  const made = identities.filter(
    ({ directory, files, glob }) =>
      before.includes(`|!${glob}\n`) ||
      removed.some(
        (path) => path.startsWith(`${directory}/`) && files.test(path.slice(directory.length + 1)),
      ),
  );
  if (made.length === 0) return;
  writeInside(root, unit, unitText(made));
  if (kindInside(root, wanted) === undefined) linkInside(root, wanted, '../ostree-guest-identity.service');
}

/** Guests also boot if a program is missing or fails: that is the `-` of ExecStart=. */
const unitText = (made: readonly Identity[]): string => `# Written by ostree-guests.
[Unit]
Description=Make the keys and names that are this machine's own
DefaultDependencies=no
After=local-fs.target systemd-tmpfiles-setup.service systemd-sysusers.service
Before=sysinit.target shutdown.target
Conflicts=shutdown.target
${made.map(({ glob }) => `ConditionPathExistsGlob=|!${glob}\n`).join('')}
[Service]
Type=oneshot
RemainAfterExit=yes
${made.map(({ glob, make }) => `ExecStart=-/bin/sh -c ${quoted(`set -- ${glob}; [ -e "$1" ] || { ${make}; }`)}\n`).join('')}`;

/** Quotes a word for systemd.service(5), "Command lines": percent signs are specifiers, dollars variables. */
const quoted = (script: string): string =>
  `"${script.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%').replaceAll('$', '$$$$')}"`;

/** Returns the files of a root directory that only one machine may have, as paths in it. */
export const identityFiles = (root: string): string[] => [
  ...identities.flatMap((identity) => filesOf(root, identity)),
  ...(hasMachineId(root) ? ['etc/machine-id'] : []),
];

/** Returns true if the machines of a tree make these files at their first start. */
export const makesIdentity = (root: string): boolean => isFile(inside(root, unit));

const hasMachineId = (root: string): boolean =>
  isSmallFile(inside(root, 'etc/machine-id')) &&
  /^[0-9a-f]{32}\s*$/.test(readInside(root, 'etc/machine-id') ?? '');

/** Skips large files: root in the guest may have made one of any size. */
const isSmallFile = (path: string): boolean => isFile(path) && lstatSync(path).size < 1 << 20;
