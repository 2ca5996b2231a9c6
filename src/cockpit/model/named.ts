// Which guests, builds and mirrors guestctl can be asked about.
import { guestName } from '../../config/guest-name.ts';

/** True if guestctl takes its name: the name of a file may be no name, or look like an option. */
export const isNamed = ({ name }: { readonly name: string }): boolean => guestName.test(name);
