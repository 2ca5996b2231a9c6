import { statSync } from 'node:fs';

/** rpm-ostree needs it to layer packages and to compose trees. */
export const fuseDevice = '/dev/fuse';

export const hasFuse = (): boolean =>
  statSync(fuseDevice, { throwIfNoEntry: false })?.isCharacterDevice() === true;

/** The remedy if the host does not have it. */
export const fuseRemedy = 'Run: modprobe fuse';
