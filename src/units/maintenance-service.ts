import { type Guest, unitSettings } from '../config/guest.ts';
import { execWord } from './exec-word.ts';
import { guestOptions } from './nspawn-options.ts';
import { thaw, unmountLeftOver } from './nspawn-service.ts';
import { literal, unitText } from './unit-text.ts';

/** Completes ostree-guest-maintenance@.service: the guest as it always is, but nothing in it is started except a network. */
export function maintenanceService(guest: Guest): string {
  return unitText([
    [
      'Unit',
      [
        ['Description', `Maintenance of ${literal(guest.description)}`],
        ['SourcePath', guest.file],
        ['RequiresMountsFor', guest.sysroot],
      ],
    ],
    [
      'Service',
      [
        unmountLeftOver,
        ['ExecStart', ['systemd-nspawn', ...guestOptions(guest, maintenance).map(execWord)].join(' ')],
        thaw(guest),
        ...unitSettings(guest, 'Service').filter(([key]) => !key.startsWith('Exec')),
      ],
    ],
  ]);
}

/** systemd.unit(5) of the guest: what it boots to, and what with it. kernel-command-line(7) */
const maintenance = ['systemd.unit=basic.target', 'systemd.wants=network-online.target'];
