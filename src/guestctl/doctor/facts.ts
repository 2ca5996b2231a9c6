// Gathers the facts for doctor; checks.ts judges them.

import { existsSync, readdirSync, readFileSync, readlinkSync, statfsSync } from 'node:fs';
import { release } from 'node:os';
import type { Build } from '../../config/build.ts';
import { type Declared, loadAll } from '../../config/load.ts';
import type { Mirror } from '../../config/mirror.ts';
import { generatedDirectory, stateDirectory } from '../../config/paths.ts';
import { unitsOfBuild, unitsOfMirror } from '../../generator/further-units.ts';
import type { Generated } from '../../generator/generated.ts';
import { unitsOf } from '../../generator/guest-units.ts';
import { wallClock } from '../../host/clock.ts';
import { enabledUnits } from '../../host/enabled-units.ts';
import { fileSystemOf } from '../../host/findmnt.ts';
import { hasFuse } from '../../host/fuse-device.ts';
import { isRoot, unlessForbidden } from '../../host/is-root.ts';
import { canMapOwners, tryMapping } from '../../host/mount.ts';
import { nodeFiles, unlessMissing } from '../../host/node-files.ts';
import { showUnits, systemdVersion } from '../../host/systemctl.ts';
import { driver } from '../../machine/driver.ts';
import type { Finding } from '../../machine/finding.ts';
import { type RefusedEntry, readBootList } from '../../ostree/deployments.ts';
import { ostreeVersion } from '../../ostree/ostree.ts';
import { type Unprotected, whyUnprotected } from '../../ostree/protection.ts';
import { whyReadOnly } from '../../ostree/read-only.ts';
import { findLock } from '../../state/fleet-lock.ts';
import { publishedDamage } from '../../state/published.ts';
import type { Damage } from '../../state/state-file.ts';
import { buildResultFile, damagedState, mirrorResultFile, publishedFile } from '../../state/state-files.ts';
import { unsignedWarning, type Warning } from '../../trees/ostree/unsigned.ts';
import { type MirrorTrouble, troublesOfMirror } from '../mirrors.ts';
import { begunRename, type Rename } from '../rename/guard.ts';
import { foreignHolders, type LockHolder } from './locks.ts';
import type { NetworkFacts } from './network-checks.ts';
import { gatherNetwork } from './network-facts.ts';

export interface Facts {
  readonly systemd: string | undefined;
  readonly ostree: string | undefined;
  readonly node: string;
  readonly kernel: string;
  /** The file system of the guests: its type, its space in bytes, and its inodes. */
  readonly fileSystem: {
    readonly type: string;
    readonly free: number;
    readonly size: number;
    /** `all` is 0 if the file system does not have a fixed number. */
    readonly inodes: { readonly free: number; readonly all: number };
  };
  /** True if a test has mapped owners there; undefined if it could not be tested. */
  readonly mapped: boolean | undefined;
  /** True if mount(8) can map owners. */
  readonly mapsOwners: boolean;
  readonly network: NetworkFacts;
  /** True if /dev/fuse exists. */
  readonly hasFuse: boolean;
  readonly selinux: 'enforcing' | 'permissive' | 'off';
  /** True if the SELinux policy has our module; undefined if only root can tell. */
  readonly hasSelinuxModule: boolean | undefined;
  readonly declared: Declared;
  /** Guests, builds and mirrors whose units are out of date. */
  readonly outOfDate: readonly string[];
  /** What the driver of machines needs of the host. */
  readonly machines: readonly Finding[];
  /** Warnings about guests whose trees need no signature. */
  readonly unsigned: readonly Warning[];
  /** Processes outside of our units that hold locks of guests. */
  readonly foreignHolders: readonly LockHolder[];
  /** Guests whose removal was interrupted. */
  readonly halfRemoved: readonly string[];
  /** Renames of guests that were interrupted. */
  readonly halfRenamed: readonly Rename[];
  /** Refused boot entries of guests. */
  readonly refused: readonly RefusedEntry[];
  /** Why users of the host can reach files of guests. */
  readonly unprotected: readonly Unprotected[];
  readonly readOnly: readonly { readonly message: string; readonly remedy: string }[];
  /** What is wrong with mirrors: a failed run, or nothing new for too long. */
  readonly mirrors: readonly MirrorTrouble[];
  /** State files of guests, builds and mirrors that cannot be used. */
  readonly damaged: readonly Damage[];
  /** Timers of guests that are enabled but do not run. */
  readonly idleTimers: readonly string[];
  /** Directories of guests that are not declared. */
  readonly undeclared: readonly string[];
  /** Those of them that may hold a lock: FleetLock=. */
  readonly lockedLeftovers: readonly string[];
}

export async function gatherFacts(): Promise<Facts> {
  const declared = loadAll(nodeFiles);
  const root = existsSync(stateDirectory) ? stateDirectory : '/var/lib';
  const [ofPrograms, ofDisk, machines, network, timers] = await Promise.all([
    programFacts(),
    diskFacts(root),
    driver.findings(declared.guests),
    gatherNetwork(declared.guests),
    idleTimers(),
  ]);
  const mapped = ofPrograms.mapsOwners ? await tryMapping(root) : undefined;
  return {
    ...ofPrograms,
    ...kernelFacts(),
    ...guestFacts(declared),
    fileSystem: ofDisk,
    mapped,
    machines,
    network,
    idleTimers: timers,
  };
}

async function programFacts() {
  const [systemd, ostree, mapsOwners] = await Promise.all([
    systemdVersion(),
    ostreeVersion(),
    canMapOwners(),
  ]);
  return { systemd, ostree, mapsOwners, node: process.versions.node };
}

async function diskFacts(root: string): Promise<Facts['fileSystem']> {
  const type = await fileSystemOf(root);
  const { bavail, blocks, bsize, ffree, files } = statfsSync(root);
  return { type, free: bavail * bsize, size: blocks * bsize, inodes: { free: ffree, all: files } };
}

const kernelFacts = () => ({
  kernel: release(),
  hasFuse: hasFuse(),
  selinux: selinux(),
  hasSelinuxModule: hasSelinuxModule(),
});

/** Gathers facts from the files of guests, builds and mirrors. Without root, files that only root can read are skipped. */
function guestFacts(declared: Declared) {
  const { guests, builds, mirrors, broken } = declared;
  const names = [...guests, ...broken].map(({ name }) => name);
  const undeclared = list(stateDirectory).filter((name) => !name.startsWith('.') && !names.includes(name));
  return {
    declared,
    outOfDate: [
      ...guests.filter((guest) => !unitsOf({ guest }).every(isThere)),
      ...builds.filter((build) => !unitsOfBuild(build).every(isThere)),
      ...mirrors.filter((mirror) => !unitsOfMirror(mirror).every(isThere)),
    ].map(({ name }) => name),
    mirrors: mirrors.flatMap((mirror) => troublesOfMirror(mirror, wallClock())),
    unsigned: guests.map(unsignedWarning).filter((one) => one !== undefined),
    foreignHolders: foreignHolders(),
    halfRemoved: guests
      .filter(({ sysroot }) => existsSync(`${sysroot}/boot.removed`))
      .map(({ name }) => name),
    halfRenamed: halfRenamed(names),
    refused: guests.flatMap(({ sysroot }) => unlessForbidden(() => readBootList(sysroot).refused) ?? []),
    unprotected: guests.flatMap(({ sysroot }) => whyUnprotected(sysroot) ?? []),
    readOnly: guests.flatMap(({ sysroot }) => whyReadOnly(sysroot) ?? []),
    damaged: [
      ...names.flatMap((name) => unlessForbidden(() => damagedState(name)) ?? []),
      ...builds.flatMap((build) => unlessForbidden(() => damageOfBuild(build)) ?? []),
      ...mirrors.flatMap((mirror) => unlessForbidden(() => damageOfMirror(mirror)) ?? []),
    ],
    undeclared,
    lockedLeftovers: undeclared.filter((name) => unlessForbidden(() => findLock(name))),
  };
}

function damageOfBuild({ name, publication }: Build): Damage[] {
  const record = publication && publishedDamage(publication.repository, publication.ref);
  return [...buildResultFile.damage(name), ...(record ? [record] : [])];
}

const damageOfMirror = ({ name, repository }: Mirror): Damage[] => [
  ...mirrorResultFile.damage(name),
  ...publishedFile.damage(repository),
];

/** Finds each interrupted rename once: the old and the new name may both tell of it. */
const halfRenamed = (names: readonly string[]): Rename[] => [
  ...new Map(names.flatMap((name) => begunRename(name) ?? []).map((one) => [one.to, one])).values(),
];

/** Finds enabled timers that do not run: they failed, or their unit was missing for a while. systemd does not start them again. */
async function idleTimers(): Promise<string[]> {
  const enabled = [...enabledUnits()].filter((unit) => /^ostree-guest-.*\.timer$/.test(unit));
  if (enabled.length === 0) return [];
  const states = await showUnits(enabled, ['ActiveState']);
  return enabled.filter((_, index) => states[index]?.['ActiveState'] !== 'active');
}

const read = (file: string): string | undefined => unlessMissing(() => readFileSync(file, 'utf8'));
/** Lists a directory; empty if it cannot be read. */
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

/** Looks for our module where semodule(8) keeps modules: in /etc on OSTree hosts, by policy and priority. */
function hasSelinuxModule(): boolean | undefined {
  for (const store of ['/var/lib/selinux', '/etc/selinux'])
    for (const policy of list(store)) {
      const modules = `${store}/${policy}/active/modules`;
      if (list(modules).some((priority) => existsSync(`${modules}/${priority}/ostree-guests`))) return true;
    }
  return isRoot() ? false : undefined;
}

/** True if a unit of systemd is what the generator would make. */
function isThere(generated: Generated): boolean {
  const path = `${generatedDirectory}/${generated.path}`;
  if ('text' in generated) return read(path) === generated.text;
  return unlessMissing(() => readlinkSync(path)) === generated.target;
}
