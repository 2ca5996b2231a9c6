// A thousand guests and one FleetLock server: what asks for locks and gives them back is real. Its state is in memory, the server is
// that of the tests, answers get lost, switches are killed, and guests stay down.

import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Guest } from '../../src/config/guest.ts';
import type { Letter, Posted } from '../../src/host/post.ts';
import type { Attempt } from '../../src/state/attempts.ts';
import type { Lock, LockRefusal, LockWish } from '../../src/state/fleet-lock.ts';
import { dropLock } from '../../src/steps/lock/lock.ts';
import { whenIdle } from '../../src/steps/lock/rule.ts';
import { settleLeftOver, settleLock } from '../../src/steps/lock/settle-lock.ts';
import { type Dialect, Locks } from '../lock-server/server.ts';
import { commit } from './names.ts';

const at = vi.hoisted(() => ({
  wishes: new Map<string, LockWish>(),
  held: new Map<string, Lock>(),
  refusals: new Map<string, LockRefusal>(),
  started: [] as string[],
  stopped: [] as string[],
  history: [] as Pick<Attempt, 'outcome' | 'message'>[],
  post: async (_: Letter): Promise<Posted> => ({ status: 200, body: '', location: undefined }),
}));

vi.mock('../../src/state/fleet-lock.ts', () => ({
  readLockWish: (name: string) => at.wishes.get(name),
  readLock: (name: string) => at.held.get(name),
  findLock: (name: string) => at.held.get(name),
  readLockRefusal: (name: string) => at.refusals.get(name),
  writeLock: (name: string, lock: Lock) => at.held.set(name, lock),
  writeLockRefusal: (name: string, refusal: LockRefusal) => at.refusals.set(name, refusal),
  forgetLockWish: (name: string) => at.wishes.delete(name),
  forgetLock: (name: string) => at.held.delete(name),
  forgetLockRefusal: (name: string) => at.refusals.delete(name),
}));
vi.mock('../../src/host/post.ts', () => ({ post: (letter: Letter) => at.post(letter) }));
vi.mock('../../src/host/machine-id.ts', () => ({ machineId: () => '0123456789abcdef'.repeat(2) }));
vi.mock('../../src/host/systemctl.ts', () => ({
  lockTimerUnit: (name: string) => `${name}.timer`,
  lockUnit: (name: string) => `${name}.service`,
  startUnit: async (unit: string) => void at.started.push(unit),
  startAnew: async (unit: string) => void at.started.push(unit),
  stopUnit: async (unit: string) => void at.stopped.push(unit),
}));
vi.mock('../../src/steps/record-attempt.ts', () => ({
  record: async (_: Guest, attempt: Attempt) => void at.history.push(attempt),
}));

beforeEach(() => {
  for (const map of [at.wishes, at.held, at.refusals]) map.clear();
  at.history.length = 0;
  at.started.length = 0;
  at.stopped.length = 0;
});

const told: string[] = [];
const report = {
  step: (text: string) => void told.push(text),
  progress: () => undefined,
  warn: (text: string) => void told.push(text),
};
const wish: LockWish = { checksum: commit('b'), trigger: 'timer' };

const guestNamed = (name: string, group = 'web') =>
  ({
    name,
    file: `/etc/ostree-guests/${name}.guest`,
    values: { at: () => ({ file: '/etc/ostree-guests/guest.d/50-fleet.conf', line: 3 }) },
    update: { fleetLock: { url: 'https://lock', group } },
  }) as unknown as Guest;

/** Asks the server of the tests; `loses` says of each answer whether it gets lost. */
function server(dialect: Dialect, slots: number, loses: () => boolean = () => false) {
  const locks = new Locks(dialect, { web: slots });
  const count = { requests: 0 };
  at.post = async ({ url, headers, body }) => {
    count.requests += 1;
    const { status, body: text = '' } = locks.answer(new URL(url).pathname, headers, body);
    if (loses()) throw new Error('no answer within 10 s');
    return { status, body: text, location: undefined };
  };
  return { locks, count, holders: () => locks.holders.get('web') ?? new Set() };
}

describe.each(['airlock', 'poseidon'] as const)('with %s', (dialect) => {
  const asks = async (name: string, group?: string) => {
    at.wishes.set(name, wish);
    await settleLock(guestNamed(name, group), report);
    return at.held.get(name)?.isHeld === true;
  };
  const returns = async (name: string) => {
    at.wishes.delete(name);
    await settleLock(guestNamed(name), report);
  };

  test('one guest after the other gets the lock, and the history has one line for the wait', async () => {
    const { holders } = server(dialect, 1);
    expect(await asks('a')).toBe(true);
    expect([await asks('b'), await asks('b'), await asks('a')]).toEqual([false, false, true]);
    expect(at.refusals.get('b')).toMatchObject({
      kind: 'full',
      reason: expect.stringContaining('no lock is free'),
    });
    expect(at.history.map(({ outcome }) => outcome)).toEqual(['waiting']);
    await returns('a');
    expect(await asks('b')).toBe(true);
    expect([at.refusals.size, holders().size]).toEqual([0, 1]);
    await returns('b');
    await returns('b');
    expect([at.held.size, holders().size]).toEqual([0, 0]);
  });

  test('a lost answer is written down as a lock that may be held', async () => {
    let loses = true;
    const { holders } = server(dialect, 1, () => loses);
    expect([await asks('a'), at.held.get('a')?.isHeld, holders().size]).toEqual([false, false, 1]);
    await returns('a');
    expect(at.held.get('a')?.fault).toBe('no answer within 10 s');
    loses = false;
    await returns('a');
    expect([at.held.size, holders().size]).toEqual([0, 0]);
  });
});

test('a guest that is renamed after an answer was lost gives back what it got under its old name', async () => {
  let loses = true;
  const { holders } = server('airlock', 2, () => loses);
  at.wishes.set('a', wish);
  await settleLock(guestNamed('a'), report);
  loses = false;
  const lock = at.held.get('a');
  if (!lock) throw new Error('there is no lock');
  at.held.set('b', lock);
  at.wishes.set('b', wish);
  await settleLock(guestNamed('b'), report);
  expect([at.held.get('b')?.isHeld, holders().size, holders().has(lock.id)]).toEqual([true, 1, false]);
});

test('a guest whose file was removed by hand gives its lock back, and tries until the server has said so', async () => {
  let loses = false;
  const { holders, count } = server('airlock', 1, () => loses);
  at.wishes.set('a', wish);
  await settleLock(guestNamed('a'), report);
  expect(holders().size).toBe(1);
  loses = true;
  await settleLeftOver('a', report);
  expect([at.held.get('a')?.fault, at.stopped]).toEqual(['no answer within 10 s', []]);
  loses = false;
  await settleLeftOver('a', report);
  expect([at.held.size, holders().size, at.stopped]).toEqual([0, 0, ['a.timer']]);
  const { requests } = count;
  await settleLeftOver('a', report);
  expect(count.requests).toBe(requests);
});

test('the timer tries to give a lock back, also if the host was booted since it was taken', async () => {
  server('airlock', 1, () => true);
  at.wishes.set('a', wish);
  await settleLock(guestNamed('a'), report);
  await dropLock('a', report);
  expect([at.wishes.size, at.started]).toEqual([0, ['a.timer', 'a.service']]);
  await dropLock('b', report);
  expect(at.started.length).toBe(2);
});

test('a group that the server does not know is a mistake, at its place', async () => {
  server('airlock', 1);
  at.wishes.set('a', wish);
  await settleLock(guestNamed('a', 'wbe'), report);
  expect([at.held.size, at.history]).toMatchObject([
    0,
    [
      {
        outcome: 'failed',
        message:
          'a is not taken down for its update without the lock of group wbe at https://lock: /etc/ostree-guests/guest.d/50-fleet.conf:3: FleetLockGroup=: HTTP 400, unknown_group: unknown group wbe',
      },
    ],
  ]);
});

/** A generator of numbers from 0 to 1 that repeats itself in each run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Member {
  readonly guest: Guest;
  /** `old`: runs what it ran. `down`: it is restarted. `trial`: its update is judged. `settled`: it is up, with whatever it runs. */
  phase: 'old' | 'down' | 'trial' | 'settled';
  until: number;
}

/** Minutes: how often the timer of a lock elapses. */
const interval = 5;

/** Rolls an update out to a fleet, and checks each minute who is down. Returns how many requests the server got. */
async function rollOut(count: number, slots: number, seed: number): Promise<number> {
  const random = numbers(seed);
  const site = server('airlock', slots, () => random() < 0.02);
  const fleet = Array.from(
    { length: count },
    (_, index): Member => ({ guest: guestNamed(`guest-${index}`), phase: 'old', until: 0 }),
  );
  let rounds = 0;
  let minute = 0;
  for (; fleet.some((one) => one.phase !== 'settled' || at.held.has(one.guest.name)); minute += 1) {
    if (minute > 2000) throw new Error('It never ends');
    for (const [index, one] of fleet.entries()) {
      if (minute >= one.until) await goOn(one, minute, random);
      if (minute % interval === index % interval) {
        await elapse(one, minute, random);
        if (one.phase === 'old') rounds += 1;
      }
    }
    const down = fleet.filter(({ phase }) => phase === 'down' || phase === 'trial');
    expect(down.length).toBeLessThanOrEqual(slots);
    expect(down.every(({ guest }) => at.held.get(guest.name)?.isHeld)).toBe(true);
    expect(site.holders().size).toBeLessThanOrEqual(slots);
  }
  expect(site.holders().size).toBe(0);
  // One request each time that the timer elapses for a guest that waits, and a few for each guest: no storm.
  expect(site.count.requests).toBeLessThan(rounds + 4 * count);
  // Waiting is told once, and once more for each other reason.
  expect(at.history.length).toBeLessThan(4 * count);
  return site.count.requests;
}

test.each([1, 2, 3])(
  'a thousand guests: never more than the slots are down, and all get there (seed %d)',
  async (seed) => void (await rollOut(1000, 40, seed)),
);

test('four times the guests, with four times the slots, ask four times as often', async () => {
  const small = await rollOut(250, 10, 4);
  at.history.length = 0;
  const large = await rollOut(1000, 40, 4);
  expect(large).toBeLessThan(1.1 * 4 * small);
});

/** A guest comes up, or is judged. */
async function goOn(one: Member, minute: number, random: () => number): Promise<void> {
  const { name } = one.guest;
  if (one.phase === 'down') Object.assign(one, { phase: 'trial', until: minute + 2 });
  else if (one.phase === 'trial') {
    // It goes back, and is down once more.
    if (random() < 0.05) return void Object.assign(one, { phase: 'down', until: minute + 1 });
    one.phase = 'settled';
    at.wishes.delete(name);
    await settleLock(one.guest, report);
  }
}

/** The timer starts the switch of a guest, unless that waits for a verdict. */
async function elapse(one: Member, minute: number, random: () => number): Promise<void> {
  const { name } = one.guest;
  if (one.phase === 'down' || one.phase === 'trial') return;
  const lock = at.held.get(name);
  const isLeftOver = lock?.isHeld === true;
  if (one.phase === 'settled' || isLeftOver) {
    // A switch was killed, or giving back failed. A healthy guest no longer needs its lock.
    const idle = { isWanted: at.wishes.has(name), mayHold: lock !== undefined, isOnTrial: false } as const;
    if (whenIdle({ ...idle, machine: 'running' }) === 'keep') return;
    at.wishes.delete(name);
    if (lock) await settleLock(one.guest, report);
    return;
  }
  at.wishes.set(name, wish);
  await settleLock(one.guest, report);
  // One in fifty switches is killed when it has the lock; one guest in fifty stays down for an hour.
  if (at.held.get(name)?.isHeld && random() > 0.02)
    Object.assign(one, { phase: 'down', until: minute + (random() < 0.02 ? 60 : 1) });
}
