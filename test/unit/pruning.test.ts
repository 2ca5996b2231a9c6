// Removing commits: what is cut off is repeated before anything else is done.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { finishPruning, pruneToRefs } from '../../src/ostree/pruning.ts';
import { dropFormerBases } from '../../src/trees/build/base.ts';

const path = process.env['PATH'];
let work: string;
let repository: string;

/** An `ostree` that records its arguments and what the repository has meanwhile. */
function stub(exitCode: number): void {
  writeFileSync(
    `${work}/bin/ostree`,
    `#!/bin/sh\necho "$@" >>${work}/log\nls ${repository} >>${work}/log\nexit ${exitCode}\n`,
    { mode: 0o755 },
  );
}
const log = () => (existsSync(`${work}/log`) ? readFileSync(`${work}/log`, 'utf8') : '');

beforeEach(() => {
  work = mkdtempSync(`${tmpdir()}/pruning-`);
  repository = `${work}/repo`;
  for (const directory of ['repo', 'bin']) mkdirSync(`${work}/${directory}`);
  process.env['PATH'] = `${work}/bin:${path}`;
});
afterEach(() => {
  process.env['PATH'] = path;
  rmSync(work, { recursive: true });
});

test('it is known while commits are removed, and no longer', async () => {
  stub(0);
  await pruneToRefs(repository, 1);
  expect(log()).toBe(`--repo=${repository} prune --refs-only --depth=1\nostree-guests-pruning\n`);
  rmSync(`${work}/log`);
  await finishPruning(repository, 1);
  expect(log()).toBe('');
});

test('what did not complete is repeated', async () => {
  stub(1);
  await expect(pruneToRefs(repository)).rejects.toThrow('Cannot remove old commits');
  rmSync(`${work}/log`);
  stub(0);
  await finishPruning(repository);
  expect(log()).toContain('prune --refs-only --depth=0');
  expect(existsSync(`${repository}/ostree-guests-pruning`)).toBe(false);
});

test('a build lets go of the bases that it had before', async () => {
  stub(0);
  for (const ref of ['site/fedora/40', 'site/fedora/41', 'other/debian']) {
    mkdirSync(dirname(`${repository}/refs/remotes/${ref}`), { recursive: true });
    writeFileSync(`${repository}/refs/remotes/${ref}`, '');
  }
  await dropFormerBases(repository, 'site:fedora/41');
  const dropped = /refs --delete (.*)/.exec(log())?.[1]?.split(' ');
  expect(dropped?.sort()).toEqual(['other:debian', 'site:fedora/40']);
});
