// Committing the layers of an image, by an ostree that refuses one of them.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { commitLayers, stagingOf } from '../../src/trees/image/commit-layers.ts';

const commit = (digit: string) => digit.repeat(64);

let work: string;
let repository: string;

function program(name: string, script: string): void {
  writeFileSync(`${work}/bin/${name}`, `#!/bin/sh\n${script}`, { mode: 0o755 });
}

beforeEach(() => {
  work = mkdtempSync(`${tmpdir()}/commit-layers-`);
  repository = `${work}/repo`;
  mkdirSync(`${work}/bin`);
  vi.stubEnv('PATH', `${work}/bin:${process.env['PATH']}`);
  program('sync', `echo "sync $*" >>${work}/log`);
  program(
    'ostree',
    `case "$*" in
    *' init '*) mkdir -p ${stagingOf(repository)}/tmp ;;
    *' commit '*/layers/c/*) echo 'error: Invalid UTF-8 in filename' >&2; exit 1 ;;
    *' commit '*/layers/b/*) echo ${commit('b')} ;;
    *' commit '*) echo ${commit('a')} ;;
    *) echo "ostree $*" >>${work}/log ;;
    esac`,
  );
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(work, { recursive: true });
});

function unpacked(...hexes: string[]): string[] {
  for (const hex of hexes) {
    const file = `${work}/layers/${hex}/layer/implied.json`;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '[]');
  }
  return hexes;
}

const log = () => (existsSync(`${work}/log`) ? readFileSync(`${work}/log`, 'utf8').trim().split('\n') : []);
const linked = (...commits: string[]) => [
  `sync --file-system -- ${stagingOf(repository)}`,
  `ostree --repo=${repository} pull-local --disable-fsync ${stagingOf(repository)} ${commits.join(' ')}`,
];

test('layers are flushed once, before the repository gets them, and held by nobody yet', async () => {
  const made = await commitLayers(unpacked('a', 'b'), work, repository);
  expect([...made]).toEqual([
    ['a', commit('a')],
    ['b', commit('b')],
  ]);
  expect(log()).toEqual(linked(commit('a'), commit('b')));
  expect(existsSync(stagingOf(repository))).toBe(false);
});

test('if one is refused, those before it are kept, once they are flushed', async () => {
  const committing = commitLayers(unpacked('a', 'c', 'b'), work, repository);
  await expect(committing).rejects.toThrow('Cannot commit layer c: Invalid UTF-8 in filename');
  const held = `refs --force --create=ostree-guests/layer/a ${commit('a')}`;
  expect(log()).toEqual([
    ...linked(commit('a')),
    `sync --file-system -- ${repository}`,
    `ostree --repo=${repository} ${held}`,
  ]);
  expect(existsSync(stagingOf(repository))).toBe(false);
});

test('if the first is refused, nothing is linked, and nothing stays', async () => {
  await expect(commitLayers(unpacked('c', 'a'), work, repository)).rejects.toThrow('Cannot commit layer c');
  expect(log()).toEqual([]);
  expect(existsSync(stagingOf(repository))).toBe(false);
});
