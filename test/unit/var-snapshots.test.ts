// Copies of /var: complete or missing, whatever fails, and wherever a removal ends.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Deployment } from '../../src/ostree/deployments.ts';
import { hasSnapshot, removeSnapshot, takeSnapshot } from '../../src/ostree/var-snapshots.ts';
import { commit, named } from './names.ts';

const { acts } = vi.hoisted(() => ({
  acts: { copy: (_to: string) => {}, remove: (_directory: string) => {} },
}));
vi.mock('../../src/host/copy-tree.ts', () => ({
  copyTree: async (_from: string, to: string) => acts.copy(to),
  syncFileSystem: async () => undefined,
}));
vi.mock('../../src/host/tree-removal.ts', () => ({
  removeTree: async (directory: string) => {
    if (existsSync(directory)) acts.remove(directory);
  },
}));

let sysroot: string;
const deployment: Deployment = {
  name: named(`${'a'.repeat(64)}.0`),
  checksum: commit('a'.repeat(64)),
  serial: 0,
  title: 'a',
  path: '/a',
  entry: { file: 'a.conf', version: 1 },
};
const snapshots = () => readdirSync(`${sysroot}/var-snapshots`);
const powerCut = new Error('The power is cut');

beforeEach(() => {
  sysroot = mkdtempSync(`${tmpdir()}/var-snapshots-`);
  mkdirSync(`${sysroot}/ostree/deploy/os/var`, { recursive: true });
  acts.copy = (to) => {
    mkdirSync(to);
    writeFileSync(`${to}/data`, 'data');
  };
  acts.remove = (directory) => rmSync(directory, { recursive: true });
});
afterEach(() => rmSync(sysroot, { recursive: true }));

const take = () => takeSnapshot(sysroot, 'os', deployment);

test('a copy that fails leaves what was there, and nothing else', async () => {
  await take();
  acts.copy = (to) => {
    mkdirSync(to);
    throw new Error('The disk is full');
  };
  await expect(take()).rejects.toThrow('The disk is full');
  expect(snapshots()).toEqual([deployment.name]);
});

test.each<[title: string, act: () => Promise<void>]>([
  ['by a clean-up', () => removeSnapshot(sysroot, deployment.name)],
  ['because there is a newer one', take],
])('a copy whose removal is cut off, %s, does not count as complete', async (_, act) => {
  await take();
  acts.remove = (directory) => {
    rmSync(`${directory}/data`);
    throw powerCut;
  };
  await expect(act()).rejects.toBe(powerCut);
  expect(hasSnapshot(sysroot, deployment)).toBe(false);
});
