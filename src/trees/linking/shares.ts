import type { Guest } from '../../config/guest.ts';

/**
 * Whether a guest's files may be hard links to those of other guests. Root in a guest without a user namespace, or in one
 * that manages itself, can write to them: mount(8) makes /usr writable there.
 */
export const sharesFiles = ({ machine, update }: Guest): boolean =>
  machine.privateUsers !== 'no' && update.by === 'host';
