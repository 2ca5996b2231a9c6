import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { emptyRoot } from '../host/confined.ts';
import type { Finished } from '../host/process.ts';
import { destroyLeft, unitEnds } from '../host/systemctl.ts';
import { runAsService, type Settings } from '../host/systemd-run.ts';

/** A directory `of` the sysroot, in whose place OSTree is shown a copy. */
export interface EtcView {
  readonly of: string;
  readonly copy: string;
}

/**
 * Runs `ostree admin --sysroot=SYSROOT deploy …` as a service of its own, ostree-guest-NAME. Nothing of a tree can be started
 * there: the service's root directory has the sysroot, libraries, ostree and sh, but no other program. libostree starts bwrap(1)
 * with the tree's semodule(8), as the host's root, whenever it has merged the /etc of a tree with SELinux; it finds a stand-in
 * that does nothing. A container has no SELinux of its own, so no policy needs to be refreshed.
 */
export async function deployAsService(
  name: string,
  sysroot: string,
  args: readonly string[],
  etc?: EtcView,
): Promise<Finished> {
  const unit = `ostree-guest-${name}`;
  await destroyLeft([unit]);
  const settings: Settings = [
    ...deploySandbox(ownDirectory()),
    ['BindPaths', sysroot],
    ...(etc ? [['BindReadOnlyPaths', `${etc.copy}:${etc.of}`] as const] : []),
  ];
  return runAsService(unit, settings, [
    '/usr/bin/ostree',
    'admin',
    `--sysroot=${sysroot}`,
    'deploy',
    ...args,
  ]);
}

/** Waits until this service has ended. A no-op if it does not run. */
export const deployServiceEnds = (name: string): Promise<void> => unitEnds(`ostree-guest-${name}.service`);

/** Returns the directory of our programs, which contains the stand-in. */
const ownDirectory = (): string => dirname(realpathSync(process.argv[1] ?? ''));

/** The settings of the service; docs/design.md, "Isolation", has the reasons. */
export const deploySandbox = (programs: string): Settings => [
  ...emptyRoot,
  [
    'BindReadOnlyPaths',
    `-/lib -/lib64 /usr/lib -/usr/lib64 -/etc/ld.so.cache /bin/sh /usr/bin/ostree ${programs}/bwrap:/usr/bin/bwrap`,
  ],
  ['PrivateNetwork', 'yes'],
  ['MemoryDenyWriteExecute', 'yes'],
  ['RestrictAddressFamilies', 'AF_UNIX'],
  // With CAP_SYS_ADMIN, libostree would freeze the file system of the sysroot, which is the host's, and leave it frozen if it
  // were killed just then. The kernel lets nobody freeze anything here.
  ['SystemCallFilter', '~ioctl quotactl'],
  // libostree takes this for a file system that cannot be frozen, and cannot have immutable files.
  ['SystemCallErrorNumber', 'EOPNOTSUPP'],
  // CAP_SYS_ADMIN is for attributes: security.selinux where the host has no SELinux, security.ima, trusted.*.
  [
    'CapabilityBoundingSet',
    'CAP_SYS_ADMIN CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_LINUX_IMMUTABLE CAP_MAC_ADMIN CAP_SETFCAP',
  ],
  ['UMask', '0022'],
];
