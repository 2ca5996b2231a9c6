import { statSync } from 'node:fs';

/**
 * Returns the device on which each write fails as on a full disk: full(4). Fails if it is not there: the write of a test would
 * make a file of this name, which fills the memory of the machine from then on.
 */
export function fullDevice(): string {
  const device = '/dev/full';
  if (statSync(device, { throwIfNoEntry: false })?.isCharacterDevice()) return device;
  throw new Error(`${device} is not the device. Run: rm -f ${device}; mknod -m 666 ${device} c 1 7`);
}
