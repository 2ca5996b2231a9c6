// The only ways to standard error and to the journal; guestctl's answers go through src/guestctl/pager.ts.
import { printable } from './printable.ts';

/** Prints a line, or several, on standard error. */
export function tell(text: string): void {
  console.error(printable(text));
}

/** Prints a step of a service on standard output, which is the journal, or a terminal if it is run by hand. */
export function log(text: string): void {
  console.log(printable(text));
}
