// What doctor asks the host; what it makes of the answers is in checks.ts.
import { existsSync, readdirSync, readFileSync, readlinkSync, statfsSync } from 'node:fs';
import { release } from 'node:os';
import { stateDirectory } from '../../config/guest.ts';
import { type Declared, type DeclaredBuilds, loadAll } from '../../config/load.ts';
import { unitsOfBuild } from '../../generator/further-units.ts';
import type { Generated } from '../../generator/generated.ts';
import { unitsOf } from '../../generator/guest-units.ts';
import { codeOf } from '../../host/failure.ts';
import { fileSystemOf } from '../../host/findmnt.ts';
import { hasFuse } from '../../host/fuse-device.ts';
import { machinedHangs } from '../../host/machined.ts';
import { canMapOwners, tryMapping } from '../../host/mount.ts';
import { nodeFiles, unlessMissing } from '../../host/node-files.ts';
import { showUnits, systemdVersion } from '../../host/systemctl.ts';
import { type RefusedEntry, readBootList } from '../../ostree/deployments.ts';
import { ostreeVersion } from '../../ostree/ostree.ts';
import { type Unprotected, whyUnprotected } from '../../ostree/protection.ts';
import { whyReadOnly } from '../../ostree/read-only.ts';
import type { Damage } from '../../state/state-file.ts';
import { buildResultFile, damagedState } from '../../state/state-files.ts';
import { unsignedWarning, type Warning } from '../../trees/ostree/unsigned.ts';
import { foreignHolders, type LockHolder } from './locks.ts';

export interface Facts {
  readonly systemd: string | undefined;
  readonly ostree: string | undefined;
  readonly node: string;
  readonly kernel: string;
  /** Of the directory where guests are: its type, and how much room there is, in bytes. */
  readonly fileSystem: { readonly type: string; readonly free: number; readonly size: number };
  /** Whether owners can be mapped there, as a try showed; nothing where none could be made. */
  readonly mapped: boolean | undefined;
  /** How many user namespaces the kernel allows. */
  readonly userNamespaces: number;
  /** How many inotify instances the kernel allows root: inotify(7). */
  readonly inotifyInstances: number;
  readonly hasNspawn: boolean;
  /** Whether mount(8) can map owners. */
  readonly mapsOwners: boolean;
  readonly networkd: boolean;
  /** Whether there is /dev/fuse. */
  readonly hasFuse: boolean;
  readonly selinux: 'enforcing' | 'permissive' | 'off';
  /** Whether the policy has our module; undefined if only root can tell. */
  readonly hasSelinuxModule: boolean | undefined;
  readonly declared: Declared & DeclaredBuilds;
  /** Guests and builds whose units are not what the generator would make now. */
  readonly outOfDate: readonly string[];
  /** Whether systemd-machined does not answer. */
  readonly machinedHangs: boolean;
  /** What is to be said of guests whose trees need no signature. */
  readonly unsigned: readonly Warning[];
  /** Processes that hold locks of guests and are none of their units. */
  readonly foreignHolders: readonly LockHolder[];
  /** Guests whose removal was cut off. */
  readonly halfRemoved: readonly string[];
  /** Boot entries of guests that are not booted. */
  readonly refused: readonly RefusedEntry[];
  /** Why users of the host can reach files of guests. */
  readonly unprotected: readonly Unprotected[];
  readonly readOnly: readonly { readonly message: string; readonly remedy: string }[];
  /** State files of guests and builds that cannot be used. */
  readonly damaged: readonly Damage[];
  /** Directories of guests that are not declared. */
  readonly undeclared: readonly string[];
}

export async function gatherFacts(): Promise<Facts> {
  const declared = loadAll(nodeFiles);
  const root = existsSync(stateDirectory) ? stateDirectory : '/var/lib';
  const [systemd, ostree, mapsOwners, hangs, type, units] = await Promise.all([
    systemdVersion(),
    ostreeVersion(),
    canMapOwners(),
    machinedHangs(),
    fileSystemOf(root),
    showUnits(['systemd-networkd.service', 'systemd-nspawn@a.service'], ['ActiveState', 'LoadState']),
  ]);
  const mapped = mapsOwners ? await tryMapping(root) : undefined;
  const { bavail, blocks, bsize } = statfsSync(root);
  const names = [...declared.guests, ...declared.broken].map(({ name }) => name);
  return {
    ...{ mapped, systemd, ostree, mapsOwners, node: process.versions.node, kernel: release(), declared },
    fileSystem: { type, free: bavail * bsize, size: blocks * bsize },
    userNamespaces: Number(read('/proc/sys/user/max_user_namespaces') ?? 0),
    inotifyInstances: Number(read('/proc/sys/fs/inotify/max_user_instances') ?? 0),
    networkd: units[0]?.['ActiveState'] === 'active',
    hasFuse: hasFuse(),
    hasNspawn: units[1]?.['LoadState'] === 'loaded',
    selinux: selinux(),
    hasSelinuxModule: hasSelinuxModule(),
    outOfDate: [
      ...declared.guests.filter((guest) => !unitsOf({ guest }).every(isThere)),
      ...declared.builds.filter((build) => !unitsOfBuild(build).every(isThere)),
    ].map(({ name }) => name),
    machinedHangs: hangs,
    unsigned: declared.guests.map(unsignedWarning).filter((one) => one !== undefined),
    foreignHolders: foreignHolders(),
    halfRemoved: declared.guests
      .filter(({ sysroot }) => existsSync(`${sysroot}/boot.removed`))
      .map(({ name }) => name),
    refused: declared.guests.flatMap(
      ({ sysroot }) => unlessForbidden(() => readBootList(sysroot).refused) ?? [],
    ),
    unprotected: declared.guests.flatMap(({ sysroot }) => whyUnprotected(sysroot) ?? []),
    readOnly: declared.guests.flatMap(({ sysroot }) => whyReadOnly(sysroot) ?? []),
    damaged: [
      ...names.flatMap((name) => unlessForbidden(() => damagedState(name)) ?? []),
      ...declared.builds.flatMap(({ name }) => unlessForbidden(() => buildResultFile.damage(name)) ?? []),
    ],
    undeclared: list(stateDirectory).filter((name) => !name.startsWith('.') && !names.includes(name)),
  };
}

/** Returns undefined if only root may look. */
function unlessForbidden<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (codeOf(error) === 'EACCES') return undefined;
    throw error;
  }
}

const read = (file: string): string | undefined => unlessMissing(() => readFileSync(file, 'utf8'));
/** What cannot be read is empty. */
function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function selinux(): Facts['selinux'] {
  const enforce = read('/sys/fs/selinux/enforce')?.trim();
  return enforce === undefined ? 'off' : enforce === '1' ? 'enforcing' : 'permissive';
}

/** Where semodule(8) keeps modules: in /etc on OSTree hosts, by the name of the policy and the priority. */
function hasSelinuxModule(): boolean | undefined {
  for (const store of ['/var/lib/selinux', '/etc/selinux'])
    for (const policy of list(store)) {
      const modules = `${store}/${policy}/active/modules`;
      if (list(modules).some((priority) => existsSync(`${modules}/${priority}/ostree-guests`))) return true;
    }
  return process.getuid?.() === 0 ? false : undefined;
}

/** Whether systemd has what the generator would make. */
function isThere(generated: Generated): boolean {
  const path = `/run/systemd/generator/${generated.path}`;
  if ('text' in generated) return read(path) === generated.text;
  return unlessMissing(() => readlinkSync(path)) === generated.target;
}
