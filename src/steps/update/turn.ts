// Whose turn it is to wait for a slot in Node: src/steps/update/ask-first.
import { closeSync } from 'node:fs';

/** Lets the next update go on, if this one holds up others. Repeated calls do nothing. */
export type LetNext = () => void;

/** `descriptor` is the open file that ask-first has locked, as an argument; empty if it has locked none. */
export function turnOf(descriptor = ''): LetNext {
  let isHeld = descriptor !== '';
  return () => {
    if (isHeld) closeSync(Number(descriptor));
    isHeld = false;
  };
}
