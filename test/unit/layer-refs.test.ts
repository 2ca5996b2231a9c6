// Dropping the layers of refused images, by an ostree that says what it sees.
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { dropOtherLayers } from '../../src/trees/image/layer-refs.ts';

const { work } = vi.hoisted(() => ({ work: `/tmp/layer-refs-${process.pid}` }));
vi.mock('../../src/config/paths.ts', async (original) =>
  (await import('./state-in.ts')).stateIn(await original<object>(), () => work),
);

const sysroot = join(work, 'mail/sysroot');
const refs = join(sysroot, 'ostree/repo/refs/heads/ostree-guests/layer');
const marker = join(work, 'mail/cleaning.json');
const log = join(work, 'log');

function makeOstree(pruneExit: number): void {
  writeFileSync(
    join(work, 'bin/ostree'),
    `#!/bin/sh
    case "$*" in
    *--delete*) [ -e ${marker} ] && echo drop >>${log} ;;
    *prune*) [ -e ${marker} ] && echo prune >>${log}; exit ${pruneExit} ;;
    esac`,
  );
  chmodSync(join(work, 'bin/ostree'), 0o755);
}

beforeEach(() => {
  rmSync(log, { force: true });
  rmSync(marker, { force: true });
  for (const directory of [refs, join(work, 'bin')]) mkdirSync(directory, { recursive: true });
  for (const layer of ['needed', 'refused']) writeFileSync(join(refs, layer), `${'a'.repeat(64)}\n`);
  vi.stubEnv('PATH', `${join(work, 'bin')}:${process.env['PATH']}`);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(work, { recursive: true });
});

const logged = () => (existsSync(log) ? readFileSync(log, 'utf8') : '');

test('a clean-up of layers is marked until it has ended', async () => {
  makeOstree(0);
  await dropOtherLayers({ name: 'mail', sysroot }, ['needed']);
  expect(logged()).toBe('drop\nprune\n');
  expect(existsSync(marker)).toBe(false);
});

test('a clean-up of layers that was cut off stays marked', async () => {
  makeOstree(1);
  await expect(dropOtherLayers({ name: 'mail', sysroot }, ['needed'])).rejects.toThrow('Cannot prune');
  expect(existsSync(marker)).toBe(true);
});

test('where all layers are needed, nothing is pruned', async () => {
  makeOstree(0);
  await dropOtherLayers({ name: 'mail', sysroot }, ['needed', 'refused']);
  expect(logged()).toBe('');
  expect(existsSync(marker)).toBe(false);
});
