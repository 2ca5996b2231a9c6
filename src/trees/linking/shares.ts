import type { Guest } from '../../config/guest.ts';
import { wasUnconfined } from '../../state/unshared.ts';

/**
 * True if root in the guest cannot write to its tree, by its current guest file. Without a user namespace it can: mount(8)
 * makes /usr writable there. A guest that manages itself has its repository.
 */
export const isConfined = ({ machine, update }: Pick<Guest, 'machine' | 'update'>): boolean =>
  machine.privateUsers !== 'no' && update.by === 'host';

/** True if files of the guest may be hard links to those of other guests: only if its root could never write to them. */
export const sharesFiles = (guest: Pick<Guest, 'name' | 'machine' | 'update'>): boolean =>
  isConfined(guest) && !wasUnconfined(guest.name);
