// Guests as guestctl prints them, for tests of the page in Cockpit.
import type { ToldGuest } from '../../src/cockpit/told/answers.ts';

export const deployment = (digit: string, version: string | null = '12.1') => ({
  checksum: digit.repeat(64),
  serial: 0,
  title: `Debian ${version ?? ''}`.trim(),
  version,
});

export const stopped: ToldGuest = {
  name: 'mail',
  description: 'OSTree guest mail',
  file: '/etc/ostree-guests/mail.guest',
  source: 'site:debian/12/server',
  sysroot: '/var/lib/ostree-guests/mail/sysroot',
  state: 'stopped',
  hidden: false,
  damage: null,
  troubles: [],
  unapplied: { reload: false, update: false, reboot: false },
  since: null,
  running: null,
  staged: null,
  rollback: null,
  trial: null,
  rejected: [],
  deployments: [deployment('a')],
  update: { state: 'idle', fault: null, next: null, window: null, timer: 'disabled', windowTimer: null },
};
export const running: ToldGuest = { ...stopped, state: 'running', running: deployment('a') };
