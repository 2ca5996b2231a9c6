import type { Guest } from '../../config/guest.ts';
import { isElsewhere, needsMount } from './external-sysroot.ts';
import type { Parts } from './unit-text.ts';

/** Completes ostree-guest-boot@.service of a guest with an external sysroot. */
export const bootService = (guest: Guest): Parts =>
  isElsewhere(guest) ? { unit: [needsMount(guest)], service: [`BindPaths=-${guest.sysroot}`] } : {};
