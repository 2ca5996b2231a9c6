import { printableLine } from '../../host/printable.ts';
import type { Deployment } from '../../ostree/deployments.ts';
import type { Undeployed } from '../../state/undeployed.ts';

/** As it is named everywhere: what it is, and the commit's first digits. */
export const deploymentWords = ({ title, checksum, serial }: Deployment): string =>
  `${title} (${short(checksum)}.${serial})`;

/** Why what is staged could not be deployed, and what to do about it. */
export const undeployedWords = ({ time, reason, remedy }: Undeployed): string =>
  printableLine(
    `the start on ${timeWords(new Date(time))} failed to deploy what is staged. ${reason}. ${remedy}`,
  );

export const short = (checksum: string): string => checksum.slice(0, 12);

/** Of a size in bytes, in decimal units as ostree has them. */
export function sizeWords(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

/** Local time, as systemctl prints it. */
export function timeWords(time: Date | undefined): string {
  if (!time) return '-';
  const two = (value: number) => String(value).padStart(2, '0');
  const day = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][time.getDay()];
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${date} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}
