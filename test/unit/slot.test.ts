// How long a fetch keeps its slot, and when a pull is given up.
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { pullAndTell } from '../../src/ostree/pull-progress.ts';
import { alone, Pace, withSlot } from '../../src/steps/update/slot.ts';
import { sharedIn } from '../../src/trees/linking/unshare.ts';
import { guestOf } from './read.ts';

const { work } = vi.hoisted(() => ({ work: { path: `/tmp/slots-${process.pid}` } }));
vi.mock('../../src/config/paths.ts', async (original) =>
  (await import('./state-in.ts')).stateIn(await original<object>(), () => work.path),
);
afterAll(() => rmSync(work.path, { recursive: true, force: true }));

const [second, kB, MB] = [1000, 1e3, 1e6];
/** Processes are started for it, on a machine that may be busy. */
const patient = { timeout: 60_000 };

/** What arrives at these seconds, and the first second at which it is slow. */
test.each<[string, (at: number) => number | undefined, number | undefined]>([
  ['1 MB/s', (at) => at * MB, 1800],
  ['1 MB/s, and at last work on this host', (at) => (at < 1700 ? at * MB : undefined), 1800],
  ['3 kB/s', (at) => at * 3 * kB, 20],
  ['quick for a minute, then nothing', (at) => Math.min(at, 60) * MB, 80],
  ['what tells nothing', () => undefined, 300],
  ['quick for 30 seconds, then work on this host', (at) => (at < 30 ? at * MB : undefined), 330],
])('%s', (_, arrivedAt, expected) => {
  const pace = new Pace(0);
  const slow = Array.from({ length: 2000 }, (_, at) => at).find((at) => {
    const bytes = arrivedAt(at);
    pace.arrived(bytes, at * second);
    return pace.isSlow(at * second);
  });
  expect(slow).toBe(expected);
});

test('a pull that brings nothing is ended, and says why', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'ostree-'));
  const path = process.env['PATH'];
  try {
    writeFileSync(join(directory, 'ostree'), '#!/bin/sh\nexec sleep 60\n');
    chmodSync(join(directory, 'ostree'), 0o755);
    process.env['PATH'] = `${directory}:${path}`;
    const { exitCode, stderr } = await pullAndTell(['pull'], () => {}, { longest: 100, written: () => 0 });
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('nothing arrived for 0 minutes');
  } finally {
    process.env['PATH'] = path;
    rmSync(directory, { recursive: true });
  }
});

test('files that have a name elsewhere are found, with all their names here', () => {
  const found = ['7 3 objects/a', '7 3 deploy/a', '8 2 objects/b', '8 2 deploy/b\nodd name', '9 2 objects/c'];
  expect(sharedIn(found.map((record) => `${record}\0`).join(''))).toEqual([
    ['objects/a', 'deploy/a'],
    ['objects/c'],
  ]);
});

test('two of four have a slot, and the others wait until one is free', async () => {
  const guest = guestOf('[Guest]\nRef=site:x\n[Update]\nConcurrency=2\n');
  const said: string[] = [];
  const report = { step: (text: string) => void said.push(text), progress: () => {}, warn: () => {} };
  const ends: (() => void)[] = [];
  const work = () => new Promise<void>((resolve) => ends.push(resolve));
  const steps = [1, 2, 3, 4].map(() => withSlot(guest, report, work));
  await vi.waitFor(() => expect(ends).toHaveLength(2), patient);
  // Who gets a slot says so, too, if a busy machine takes half a second for it.
  await vi.waitFor(() => expect(said.length).toBeGreaterThanOrEqual(2), patient);
  expect(said[0]).toBe('Waiting for the update of another guest (Concurrency=2)');
  for (const begun of [3, 4]) {
    ends[begun - 3]?.();
    await vi.waitFor(() => expect(ends).toHaveLength(begun), patient);
  }
  for (const end of ends) end();
  await Promise.all(steps);
});

test('who fetches the same waits for the one that does, but not for one whose remote is slow', async () => {
  const said: string[] = [];
  const report = {
    step: (text: string) => void said.push(text),
    progress: () => undefined,
    warn: () => undefined,
  };
  const order: string[] = [];
  let end = () => {};
  let goOn = () => {};
  const slow = alone('commit', report, async (letOthers) => {
    order.push('slow begins');
    await new Promise<void>((resolve) => (goOn = resolve));
    letOthers();
    await new Promise<void>((resolve) => (end = resolve));
    order.push('slow ends');
  });
  await vi.waitFor(() => expect(order).toEqual(['slow begins']), patient);
  let isLong = false;
  const whenLong = () => (isLong = true);
  const other = alone('commit', report, async () => void order.push('the other one'), whenLong, 50);
  await vi.waitFor(() => expect(isLong).toBe(true), patient);
  await vi.waitFor(() => expect(said).toEqual(['Waiting for another guest that fetches the same']), patient);
  expect(order).toEqual(['slow begins']);
  goOn();
  await other;
  end();
  await slow;
  expect(order).toEqual(['slow begins', 'the other one', 'slow ends']);
  // No file stays for each commit.
  await vi.waitFor(
    () =>
      expect(readdirSync(`${work.path}/.slots`).filter((name) => name.startsWith('fetching'))).toEqual([]),
    patient,
  );
});
