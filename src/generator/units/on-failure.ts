import type { Guest } from '../../config/guest.ts';
import { ownLines } from './verbatim-lines.ts';

/** Who wants to hear that the guest failed wants to hear that its update did, and each step of it. */
export const onFailure = (guest: Guest): readonly string[] =>
  ownLines(guest, 'Unit', (key) => key === 'OnFailure');
