// What packages make once for each machine, and what a tree may therefore not have: with it, all guests of that tree would share
// their host keys. Each guest makes its own at its first start, and keeps them: they are files of its /etc from then on.
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
  /** The directory that has the files, in the tree. */
  readonly directory: string;
  /** Their names: regular files only. */
  readonly files: RegExp;
  /** A glob(7) of the one that tells whether a machine has them already. */
  readonly glob: string;
  /** What makes them, for sh. It runs as the guest's root, before sysinit.target. */
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
    // Of the package ssl-cert.
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
 * Takes the identity of the machine that a tree was made on out of it, and has each guest make its own. Returns the paths that
 * were removed.
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

/** A tree that is laid out again, because packages were added to it, goes on making what it made before. */
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

/** Programs that are missing, or fail, keep no guest from booting: `-`. */
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

/** A word of systemd.service(5), "Command lines": percent signs are specifiers, dollars variables. */
const quoted = (script: string): string =>
  `"${script.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%').replaceAll('$', '$$$$')}"`;

/** The files of a root directory that are the machine's own, as paths in it. */
export const identityFiles = (root: string): string[] => [
  ...identities.flatMap((identity) => filesOf(root, identity)),
  ...(hasMachineId(root) ? ['etc/machine-id'] : []),
];

/** Returns true if the machines of a tree make these files at their first start. */
export const makesIdentity = (root: string): boolean => isFile(inside(root, unit));

const hasMachineId = (root: string): boolean =>
  isSmallFile(inside(root, 'etc/machine-id')) &&
  /^[0-9a-f]{32}\s*$/.test(readInside(root, 'etc/machine-id') ?? '');

/** Root in the guest may have made a file of any size. */
const isSmallFile = (path: string): boolean => isFile(path) && lstatSync(path).size < 1 << 20;
