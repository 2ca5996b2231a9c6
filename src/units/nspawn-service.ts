import type { Guest } from '../config/guest.ts';
import { literal, unitText } from './unit-text.ts';

/**
 * Completes the host's own systemd-nspawn@.service, so that its settings, and everything machinectl does
 * with that unit, hold for guests too. docs/design.md, "Booting", gives the reason for each option.
 */
export function nspawnService(guest: Guest): string {
  return unitText([
    [
      'Unit',
      [
        ['Description', literal(guest.description)],
        ['SourcePath', guest.file],
        ['RequiresMountsFor', guest.sysroot],
      ],
    ],
    [
      'Service',
      [
        ['TimeoutStartSec', '5min'],
        // Runs at each start, a guest's own reboot included, and never while the guest runs.
        ['ExecStartPre', 'systemctl start ostree-guest-boot@%i.service'],
        ['ExecStart', ''],
        ['ExecStart', `systemd-nspawn ${nspawnOptions(guest).join(' ')}`],
        // systemd 262 has one that older versions of nspawn do not understand.
        ['ExecStopPost', ''],
      ],
    ],
  ]);
}

function nspawnOptions(guest: Guest): string[] {
  return [
    '--quiet',
    '--keep-unit',
    '--boot',
    '--notify-ready=yes',
    // Not "override": one Bind= in an admin's .nspawn file would drop all the mounts below.
    '--settings=yes',
    '--machine=%i',
    '--directory=/run/ostree-guests/%i/root',
    '--link-journal=no',
    '--timezone=off',
    '--network-veth',
    // Not "auto" or "chown": they may rewrite files that are hard links into the repository.
    '--private-users=pick',
    '--private-users-ownership=map',
    // Without it the guest could write to the repository's objects.
    '--bind-ro=+/usr:/usr',
    `--bind=${guest.sysroot}/ostree/deploy/%i/var:/var:idmap`,
    '--tmpfs=/sysroot:mode=755',
  ];
}
