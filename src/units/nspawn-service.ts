import { type Guest, unitSettings } from '../config/guest.ts';
import { execWord } from './exec-word.ts';
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
        ...unitSettings(guest, 'Unit'),
      ],
    ],
    [
      'Service',
      [
        ['TimeoutStartSec', '5min'],
        // Runs at each start, a guest's own reboot included, and never while the guest runs.
        ['ExecStartPre', 'systemctl start ostree-guest-boot@%i.service'],
        ['ExecStart', ''],
        ['ExecStart', ['systemd-nspawn', ...nspawnOptions(guest).map(execWord)].join(' ')],
        // systemd 262 has one that older versions of nspawn do not understand.
        ['ExecStopPost', ''],
        ...unitSettings(guest, 'Service'),
      ],
    ],
  ]);
}

/** What holds for every guest first: of two options that exclude each other, nspawn takes the last. */
function nspawnOptions({ name, sysroot, machine }: Guest): string[] {
  const mapped = machine.privateUsers !== 'no';
  return [
    '--quiet',
    '--keep-unit',
    '--boot',
    '--notify-ready=yes',
    // An admin's .nspawn file is in the options below: nspawn would take its mounts or ours, never both.
    '--settings=no',
    `--machine=${name}`,
    `--directory=/run/ostree-guests/${name}/root`,
    '--link-journal=no',
    '--timezone=off',
    `--private-users=${machine.privateUsers}`,
    // Not "auto" or "chown": they may rewrite files that are hard links into the repository.
    ...(mapped ? ['--private-users-ownership=map'] : []),
    // Without it the guest could write to the repository's objects.
    '--bind-ro=+/usr:/usr',
    `--bind=${sysroot}/ostree/deploy/${name}/var:/var${mapped ? ':idmap' : ''}`,
    '--tmpfs=/sysroot:mode=755',
    ...{ veth: ['--network-veth'], private: ['--private-network'], host: [] }[machine.network],
    ...machine.options,
    ...machine.credentials.map((id) => `--load-credential=${id}:${id}`),
    // What follows is the init system's, even if it begins with a dash.
    ...(machine.parameters.length > 0 ? ['--', ...machine.parameters] : []),
  ];
}
