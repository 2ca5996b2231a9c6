import type { Guest } from '../../config/guest.ts';
import type { Origin } from '../../config/origin.ts';
import { printableLine } from '../../host/printable.ts';
import { offsetOf, partsOf, timeWords } from '../../host/time-words.ts';
import type { Deployment } from '../../ostree/deployments.ts';
import type { LockRefusal } from '../../state/fleet-lock.ts';
import type { Undeployed } from '../../state/undeployed.ts';
import type { Unapplied } from '../unapplied.ts';

/** Names a deployment: its title and the first digits of its commit. */
export const deploymentWords = ({ title, checksum, serial }: Deployment): string =>
  `${title} (${short(checksum)}.${serial})`;

/** Says what is to be done until the machine is as its guest file says, in the order in which to do it. */
export function unappliedWords(
  { name, origin }: Pick<Guest, 'name' | 'origin'>,
  { reload, update, reboot }: Unapplied,
): string[] {
  const words: string[] = [];
  if (reload) words.push('systemd has not read the guest file as it is now: systemctl daemon-reload');
  if (update) words.push(`${whoAsks(origin)} another tree. Update first: guestctl update ${name}`);
  if (reboot)
    words.push(`the machine was started with other options or credentials: guestctl reboot ${name}`);
  return words;
}

const whoAsks = (origin: Origin): string =>
  origin.kind === 'build'
    ? `the guest file or the build ${origin.build} asks for`
    : 'the guest file asks for';

/** Says why the update waits for the lock of FleetLock=. */
export const lockWords = ({ name }: Pick<Guest, 'name'>, { reason, since }: LockRefusal): string =>
  `with the lock of FleetLock=, asked for since ${timeWords(new Date(since))}: ${reason}; without it: guestctl switch --force ${name}`;

/** Says what comes after a change of the guest file. */
export function afterEdit(guest: string, { update, reboot }: Pick<Unapplied, 'update' | 'reboot'>): string {
  if (update) return `Now update it, which makes its new tree: guestctl update ${guest}`;
  return reboot
    ? `The machine follows it when it starts next: guestctl reboot ${guest}`
    : 'Nothing else is to be done';
}

/** Says why the update could not be deployed, and what to do. */
export const undeployedWords = ({ time, reason, remedy }: Undeployed): string =>
  printableLine(
    `the start on ${timeWords(new Date(time))} failed to deploy the update. ${reason}. ${remedy}`,
  );

/** Names a deployment in a few columns: its version and the first digits of its commit. */
export const versionWords = ({ title, checksum }: Pick<Deployment, 'title' | 'checksum'>): string =>
  `${versionOf(title) ?? title} ${checksum.slice(0, 8)}`.trimStart();

/**
 * Returns the version in the title of a boot entry. libostree writes it behind the name of the system, unless that name
 * contains it: `Fedora Linux 41.20261124.0 (Silverblue)`.
 */
export function versionOf(title: string): string | undefined {
  const words = title.replace(/ \([^()]*\)$/, '').split(' ');
  const last = words.at(-1);
  return last && /^[\w.:~+^-]*\d[\w.:~+^-]*$/.test(last) ? last : undefined;
}

export const short = (checksum: string): string => checksum.slice(0, 12);

/** Formats a size in bytes in decimal units, like ostree. */
export function sizeWords(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

/** Formats a time in local time, without seconds: `2026-11-24 04:49`. */
export function minuteWords(time: number): string {
  const at = new Date(time);
  const { date, clock } = partsOf(at, offsetOf(at));
  return `${date} ${clock}`;
}

/** Formats a time for scripts. */
export const timeJson = (time: number | undefined): string | null =>
  time === undefined ? null : new Date(time).toISOString();
