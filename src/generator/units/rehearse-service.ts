import type { Guest } from '../../config/guest.ts';
import { machineUnits } from '../driver.ts';
import { hasExternalSysroot } from './external-sysroot.ts';
import { onFailure } from './on-failure.ts';
import type { Parts } from './unit-text.ts';

/** Completes ostree-guest-rehearse@.service. It reads an external sysroot, and writes to a copy. */
export const rehearseService = (guest: Guest): Parts => ({
  unit: onFailure(guest),
  service: [
    ...(hasExternalSysroot(guest) ? [`BindReadOnlyPaths=-${guest.sysroot}`] : []),
    ...machineUnits.askingLines(guest),
  ],
});
