import type { Guest } from '../../config/guest.ts';
import { ownLines } from './verbatim-lines.ts';

/** A guest's OnFailure= also applies to its update, switch, assessment and rehearsal. */
export const onFailure = (guest: Guest): readonly string[] =>
  ownLines(guest, 'Unit', (key) => key === 'OnFailure');
