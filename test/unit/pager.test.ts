// Who has more rights than the person at the terminal gives this person no shell.
import { expect, test } from 'vitest';
import { choosePager, isElevated } from '../../src/guestctl/pager.ts';

const secure = { LESS: 'FRSXMK', LESSSECURE: '1' };
const open = { LESS: 'FRSXMK' };

test.each([
  [{}, false, { program: 'less', env: open }],
  [{ PAGER: 'most -s' }, false, { program: 'most -s', env: open }],
  [{ PAGER: 'most', SYSTEMD_PAGER: 'bat' }, false, { program: 'bat', env: open }],
  [{ SYSTEMD_PAGER: 'cat', PAGER: 'most' }, false, undefined],
  [{ PAGER: '' }, true, undefined],
  [{}, true, { program: 'less', env: secure }],
  [{ PAGER: '/home/joe/shell', SYSTEMD_PAGER: 'sh' }, true, { program: 'less', env: secure }],
  [{ PAGER: 'bat', SYSTEMD_PAGERSECURE: '1' }, true, { program: 'bat', env: secure }],
  [{ PAGER: 'bat', SYSTEMD_PAGERSECURE: 'no' }, true, { program: 'bat', env: open }],
  [{ SYSTEMD_PAGERSECURE: '', SYSTEMD_LESS: 'R' }, true, { program: 'less', env: { ...secure, LESS: 'R' } }],
])('%j, elevated: %s', (env, elevated, expected) => {
  expect(choosePager(env, elevated)).toEqual(expected);
});

const session = (uid: number) => `0::/user.slice/user-${uid}.slice/session-1.scope\n`;

test.each([
  [{}, session(0), 0, false],
  [{}, session(1000), 1000, false],
  [{ SUDO_UID: '1000' }, session(1000), 0, true],
  [{ SUDO_UID: '1000' }, session(0), 0, true],
  [{ PKEXEC_UID: '1000' }, session(0), 0, true],
  [{}, session(1000), 0, true],
  [{}, '0::/system.slice/getty.service\n', 0, true],
])('%j, %j, as %i: %s', (env, cgroup, euid, expected) => {
  expect(isElevated(env, cgroup, euid)).toBe(expected);
});
