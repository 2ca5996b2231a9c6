import type { Guest } from '../config/guest.ts';
import { needsMount } from './elsewhere.ts';
import { guestCommand } from './nspawn-options.ts';
import { thaw } from './nspawn-service.ts';
import { ownLines } from './own-lines.ts';
import type { Parts } from './unit-text.ts';

/** Completes ostree-guest-maintenance@.service: the guest as it always is, but nothing in it is started except a network. */
export const maintenanceService = (guest: Guest): Parts => ({
  unit: [needsMount(guest)],
  service: [
    unmountLeftOver,
    `ExecStart=${guestCommand(guest, maintenance)}`,
    thaw(guest),
    ...ownLines(guest, 'Service'),
  ],
});

/**
 * systemd.unit(5) of the guest: what it boots to, and what with it. kernel-command-line(7). Older OSTree (2022.7 is)
 * finalizes at shutdown only where this path unit of multi-user.target saw that something was staged; newer has none.
 */
const maintenance = [
  'systemd.unit=basic.target',
  'systemd.wants=network-online.target',
  'systemd.wants=ostree-finalize-staged.path',
];

/** nspawn refuses to start while one of these mounts is there: see src/boot/power-on. */
const unmountLeftOver =
  "ExecStartPre=-sh -c 'umount /run/systemd/nspawn/unix-export/%i /run/systemd/nspawn/%i/unix-export 2>/dev/null'";
