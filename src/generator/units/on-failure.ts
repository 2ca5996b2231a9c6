import type { Guest } from '../../config/guest.ts';
import { ownLines } from './verbatim-lines.ts';

/** A guest's OnFailure= also applies to its update and all other steps. */
export const onFailure = (guest: Guest): readonly string[] =>
  ownLines(guest, 'Unit', (key) => key === 'OnFailure');
