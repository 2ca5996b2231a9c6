// What happens to a guest while guestctl remove asks whether to go on.
import { Command } from 'commander';
import { beforeEach, expect, test, vi } from 'vitest';
import { remove } from '../../src/guestctl/commands/remove.ts';

const { guest, done } = vi.hoisted(() => ({
  guest: {
    isRunning: false,
    isHalfRenamed: false,
    isShared: false,
    files: ['/etc/mail.guest', '/srv/mail'],
    meanwhile: () => {},
  },
  done: [] as string[],
}));
vi.mock('../../src/guestctl/ask.ts', () => ({
  confirm: async () => {
    guest.meanwhile();
    return true;
  },
}));
vi.mock('../../src/state/declared.ts', () => ({
  requireGuest: (name: string) => ({ name, sysroot: '/srv/mail' }),
}));
vi.mock('../../src/machine/guest-state.ts', () => ({ isRunning: async () => guest.isRunning }));
vi.mock('../../src/ostree/deployments.ts', () => ({ listDeployments: () => [] }));
vi.mock('../../src/host/disk-usage.ts', () => ({ diskUsage: async () => 0 }));
vi.mock('../../src/host/tell.ts', () => ({ tell: () => undefined, log: () => undefined }));
vi.mock('../../src/guestctl/transfer/parts.ts', () => ({
  lockOf: async () => {
    done.push('lock');
    return async () => done.push('unlock');
  },
}));
vi.mock('../../src/guestctl/rename/guard.ts', () => ({
  refuseHalfRenamed: () => {
    if (guest.isHalfRenamed) throw new Error('cut off');
  },
}));
vi.mock('../../src/guestctl/remove/remove-guest.ts', () => ({
  declarationsOf: () => [],
  requireUnshared: () => {
    if (guest.isShared) throw new Error('shared');
  },
  toBeRemoved: () => guest.files,
  removeGuest: async () => done.push('remove'),
}));

beforeEach(() => {
  done.length = 0;
  Object.assign(guest, {
    isRunning: false,
    isHalfRenamed: false,
    isShared: false,
    files: ['/etc/mail.guest', '/srv/mail'],
  });
});

test.each<[title: string, change: Partial<typeof guest>, refusal: RegExp | undefined]>([
  ['nothing happens', {}, undefined],
  ['one of its files goes', { files: ['/etc/mail.guest'] }, undefined],
  ['it is started', { isRunning: true }, /^mail is running, nothing was removed$/],
  ['another guest gets its directory', { isShared: true }, /^shared$/],
  ['its rename is cut off', { isHalfRenamed: true }, /^cut off$/],
  [
    'it gets another directory',
    { files: ['/etc/mail.guest', '/srv/precious'] },
    /^The files of mail have changed meanwhile, nothing was removed$/,
  ],
])('while it asks, %s', async (_, change, refusal) => {
  guest.meanwhile = () => Object.assign(guest, change);
  const guestctl = new Command('guestctl');
  remove(guestctl);
  const removed = guestctl.parseAsync(['remove', 'mail'], { from: 'user' });
  if (refusal) await expect(removed).rejects.toThrow(refusal);
  else await removed;
  expect(done).toEqual(refusal ? ['lock', 'unlock'] : ['lock', 'remove', 'unlock']);
});
