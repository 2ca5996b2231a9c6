// Jobs of systemd that wait while it is busy. systemctl(1) is a stand-in.
import { beforeEach, expect, test, vi } from 'vitest';
import { beginStart, startAnew } from '../../src/host/systemctl.ts';

const { asked, shown, time } = vi.hoisted(() => ({
  asked: [] as string[],
  /** What systemctl shows one time after the other; the last one stays. */
  shown: [] as string[],
  time: { waits: 0 },
}));
vi.mock('../../src/host/process.ts', () => ({
  run: async (_file: string, [verb = '']: readonly string[]) => {
    asked.push(verb);
    const stdout = verb === 'show' ? (shown.length > 1 ? (shown.shift() ?? '') : (shown[0] ?? '')) : '';
    return { ended: 'exited', exitCode: 0, stdout, stderr: '' };
  },
}));
vi.mock('node:timers/promises', () => ({
  setTimeout: async () => {
    time.waits += 1;
  },
}));

beforeEach(() => {
  time.waits = 0;
  asked.length = 0;
});

const waiting = 'ActiveState=inactive\nJob=7\n';

test.each<[title: string, looks: readonly string[], waits: number]>([
  ['it is being started', ['ActiveState=activating\nJob=7\n'], 0],
  ['it is up already', ['ActiveState=active\n'], 0],
  ['it has failed already', ['ActiveState=failed\n'], 0],
  ['it has ended already, or was skipped', ['ActiveState=inactive\n'], 0],
  // Who looks too early takes the unit for one that was stopped.
  ['its job waits for minutes', [...Array(2000).fill(waiting), 'ActiveState=activating\n'], 2000],
])('a start has begun if %s', async (_, looks, waits) => {
  shown.splice(0, shown.length, ...looks);
  await beginStart('ostree-guest-rehearsal@mail.service');
  expect(time.waits).toBe(waits);
});

test.each([
  ['does not run', 'inactive', 1],
  ['has failed', 'failed', 1],
  ['has been started', 'activating', 2],
  // Its job has not ended, and a start is merged with that.
  ['is just ending', 'deactivating', 2],
])('what is to look now, and %s, is started as often as it takes', async (_, state, starts) => {
  shown.splice(0, shown.length, `ActiveState=${state}\n`);
  await startAnew('ostree-guest-update@mail.service');
  expect(asked.filter((verb) => verb === 'start')).toHaveLength(starts);
});
