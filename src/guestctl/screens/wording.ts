import { printableLine } from '../../host/printable.ts';
import type { Deployment } from '../../ostree/deployments.ts';
import type { Undeployed } from '../../state/undeployed.ts';

/** Names a deployment: its title and the first digits of its commit. */
export const deploymentWords = ({ title, checksum, serial }: Deployment): string =>
  `${title} (${short(checksum)}.${serial})`;

/** Says why the staged update could not be deployed, and what to do. */
export const undeployedWords = ({ time, reason, remedy }: Undeployed): string =>
  printableLine(
    `the start on ${timeWords(new Date(time))} failed to deploy the staged update. ${reason}. ${remedy}`,
  );

export const short = (checksum: string): string => checksum.slice(0, 12);

/** Formats a size in bytes in decimal units, like ostree. */
export function sizeWords(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

/** Formats a time as systemctl does, in local time. */
export function timeWords(time: Date | undefined): string {
  if (!time) return '-';
  const two = (value: number) => String(value).padStart(2, '0');
  const day = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][time.getDay()];
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${date} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}
