import { readFileSync } from 'node:fs';
import { type Guest, managesItself } from '../../config/guest.ts';
import { runtimeDirectory } from '../../config/paths.ts';
import { fuseRemedy, hasFuse } from '../../host/fuse-device.ts';
import { unlessMissing } from '../../host/node-files.ts';
import { showUnits } from '../../host/systemctl.ts';
import type { Finding } from '../finding.ts';
import { machinedHangs } from './machined.ts';

/** What systemd-nspawn and its guests need of the host. */
export interface NspawnFacts {
  readonly hasNspawn: boolean;
  /** True if systemd-machined does not answer. */
  readonly machinedHangs: boolean;
  /** The number of inotify instances that the kernel allows root: inotify(7). */
  readonly inotifyInstances: number;
  /** True if /dev/fuse exists. */
  readonly hasFuse: boolean;
}

export async function nspawnFindings(guests: readonly Guest[]): Promise<Finding[]> {
  const [hangs, [unit]] = await Promise.all([
    machinedHangs(),
    showUnits(['systemd-nspawn@a.service'], ['LoadState']),
  ]);
  const instances = unlessMissing(() => readFileSync('/proc/sys/fs/inotify/max_user_instances', 'utf8'));
  const facts = {
    hasNspawn: unit?.['LoadState'] === 'loaded',
    machinedHangs: hangs,
    inotifyInstances: Number(instances ?? 0),
    hasFuse: hasFuse(),
  };
  return judge(facts, guests);
}

export const judge = (facts: NspawnFacts, guests: readonly Guest[]): Finding[] => [
  nspawn(facts),
  ...(facts.machinedHangs ? [hanging] : []),
  ...inotify(facts, guests),
  ...fuse(facts, guests),
];

function nspawn({ hasNspawn }: NspawnFacts): Finding {
  if (hasNspawn) return { check: 'nspawn', state: 'good', message: 'systemd-nspawn is there' };
  const message = 'There is no systemd-nspawn';
  return { check: 'nspawn', state: 'bad', message, remedy: 'Install systemd-container' };
}

const hanging: Finding = {
  check: 'machined',
  state: 'bad',
  message:
    'systemd-machined does not answer, and until it does no guest can start: one of them may have a pipe for a file that it reads',
  remedy: `Run: systemctl kill --signal=KILL systemd-machined; guests go on. Which one it is: ls -lL ${runtimeDirectory}/*/root/{etc,usr/lib}/os-release`,
};

/** The maximum use of a guest, and that of the host itself [T: 6 to 8, and 6 to 50]. */
const [inotifyOfGuest, inotifyOfHost] = [10, 50];

/** Checks inotify instances: all guests count as the host's root, whatever their user namespace. */
function inotify({ inotifyInstances }: NspawnFacts, guests: readonly Guest[]): Finding[] {
  const room = Math.max(0, Math.floor((inotifyInstances - inotifyOfHost) / inotifyOfGuest));
  if (guests.length <= room) return [];
  const message = `fs.inotify.max_user_instances is ${inotifyInstances}, enough for about ${room} guests, but ${guests.length} are declared`;
  const remedy = 'Run: sysctl --system; or write more into /etc/sysctl.d/60-inotify.conf first';
  return [{ check: 'inotify', state: 'warning', message, remedy }];
}

/** Checks /dev/fuse: a guest cannot have what the host does not have. */
function fuse({ hasFuse: isThere }: NspawnFacts, guests: readonly Guest[]): Finding[] {
  const inNeed = guests.filter(managesItself).map(({ name }) => name);
  if (inNeed.length === 0) return [];
  if (isThere) return [{ check: 'fuse', state: 'good', message: 'rpm-ostree can layer packages' }];
  const message = `The host has no /dev/fuse, which rpm-ostree needs to layer packages: ${inNeed.slice(0, 3).join(', ')}`;
  return [{ check: 'fuse', state: 'warning', message, remedy: `${fuseRemedy}; then restart these guests` }];
}
