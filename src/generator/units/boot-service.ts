import type { Guest } from '../../config/guest.ts';
import { hasExternalSysroot, requireSysrootMount } from './external-sysroot.ts';
import type { Parts } from './unit-text.ts';

/** Completes ostree-guest-boot@.service of a guest with an external sysroot. */
export const bootService = (guest: Guest): Parts =>
  hasExternalSysroot(guest)
    ? { unit: [requireSysrootMount(guest)], service: [`BindPaths=-${guest.sysroot}`] }
    : {};
