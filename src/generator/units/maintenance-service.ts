// lazy: QuickJS reads this file when one of its functions is called.
import type { Guest } from '../../config/guest.ts';
import { needsMount } from './external-sysroot.ts';
import { fuseLines } from './fuse.ts';
import { ownCommand } from './nspawn-guest-options.ts';
import { isPublic } from './public-lines.ts';
import { credentialLines } from './set-credentials.ts';
import type { Parts } from './unit-text.ts';
import { ownLines } from './verbatim-lines.ts';

/** Completes ostree-guest-maintenance@.service: the guest as it always is, but nothing in it is started except a network. */
export const maintenanceService = (guest: Guest): Parts => ({
  unit: [needsMount(guest)],
  service: [
    unmountLeftOver,
    ...fuseLines,
    ...credentialLines(guest),
    `ExecStart=${ownCommand(guest, maintenance)}`,
    thaw(guest),
    ...ownLines(guest, 'Service', isPublic),
  ],
});

/** What completes the guest's own unit for that: who starts it while it is up for maintenance waits until that has ended. */
export const besideMaintenance = (guest: Guest) => ({
  unit: ['Conflicts=ostree-guest-maintenance@%i.service', 'After=ostree-guest-maintenance@%i.service'],
  service: [...fuseLines, thaw(guest)],
});

/** Its own OSTree freezes the file system for an instant when it deploys, and if it is killed then, for good. */
const thaw = ({ sysroot }: Guest): string => `ExecStopPost=-fsfreeze --unfreeze ${sysroot}/boot`;

/**
 * systemd.unit(5) of the guest: what it boots to, and what with it. kernel-command-line(7). Older OSTree (2022.7 is)
 * finalizes at shutdown only where this path unit of multi-user.target saw that something was staged; newer has none.
 */
const maintenance = [
  'systemd.unit=basic.target',
  'systemd.wants=network-online.target',
  'systemd.wants=ostree-finalize-staged.path',
];

/** nspawn refuses to start while one of these mounts is there: see src/steps/boot/power-on. */
const unmountLeftOver =
  "ExecStartPre=-sh -c 'umount /run/systemd/nspawn/unix-export/%i /run/systemd/nspawn/%i/unix-export 2>/dev/null'";
