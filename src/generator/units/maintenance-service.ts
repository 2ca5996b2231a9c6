// lazy: QuickJS reads this file when one of its functions is called.
import type { Guest } from '../../config/guest.ts';
import { machineUnits } from '../driver.ts';
import { requireSysrootMount } from './external-sysroot.ts';
import { isPublic } from './public-lines.ts';
import { credentialLines } from './set-credentials.ts';
import type { Parts } from './unit-text.ts';
import { ownLines } from './verbatim-lines.ts';

/** Completes ostree-guest-maintenance@.service: the guest as usual, but with nothing started except a network. */
export const maintenanceService = (guest: Guest): Parts => ({
  unit: [requireSysrootMount(guest)],
  service: [
    ...machineUnits.clearLeftOver,
    ...machineUnits.layeringLines(),
    ...credentialLines(guest),
    `ExecStart=${machineUnits.command(guest, maintenance)}`,
    thaw(guest),
    ...ownLines(guest, 'Service', isPublic),
  ],
});

/** Completes the guest's own unit: its start waits until maintenance has ended. */
export const waitForMaintenance = (guest: Guest) => ({
  unit: ['Conflicts=ostree-guest-maintenance@%i.service', 'After=ostree-guest-maintenance@%i.service'],
  service: [...machineUnits.layeringLines(), thaw(guest)],
});

/** Thaws the file system: OSTree in the guest freezes it when it deploys, and leaves it frozen if it is killed. */
const thaw = ({ sysroot }: Guest): string => `ExecStopPost=-fsfreeze --unfreeze ${sysroot}/boot`;

/**
 * Kernel arguments of the guest: its target and units, kernel-command-line(7). Older OSTree (such as 2022.7)
 * finalizes at shutdown only if this path unit of multi-user.target noticed a staged deployment; newer has no such unit.
 */
const maintenance = [
  'systemd.unit=basic.target',
  'systemd.wants=network-online.target',
  'systemd.wants=ostree-finalize-staged.path',
];
