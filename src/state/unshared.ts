import { isThere } from '../host/node-files.ts';
import { removeFile, stateFile, writeJson } from './state-file.ts';

/**
 * There while no file of a guest is a hard link to one of another guest. Whoever links objects removes it before, of all guests
 * whose files they may become. src/steps/boot/power-on looks for it, too.
 */
export const unsharedFile = (guest: string): string => stateFile(guest, 'unshared.json');

export const isUnshared = (guest: string): boolean => isThere(unsharedFile(guest));
export const noteUnshared = (guest: string): void => writeJson(unsharedFile(guest), { since: Date.now() });
export const forgetUnshared = (file: string): void => {
  if (isThere(file)) removeFile(file);
};
