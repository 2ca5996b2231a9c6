// What a guest can make of its directories, and what still reaches the right one.
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { inOwn, requireOwn } from '../../src/host/own-directory.ts';

let base: string;

beforeEach(() => {
  base = realpathSync(mkdtempSync(`${tmpdir()}/own-`));
  for (const directory of ['guest/ostree/repo', 'host/repo'])
    mkdirSync(`${base}/${directory}`, { recursive: true });
  writeFileSync(`${base}/guest/ostree/repo/config`, 'of the guest');
  writeFileSync(`${base}/host/repo/config`, 'of the host');
});
afterEach(() => rmSync(base, { recursive: true }));

const guest = () => `${base}/guest`;
const repo = () => `${guest()}/ostree/repo`;

test('a directory is used, also if links lead to the guest', () => {
  symlinkSync('guest', `${base}/link`);
  for (const [above, directory] of [
    [guest(), repo()],
    [`${base}/link`, `${base}/link/ostree/repo`],
  ] as const)
    expect(inOwn(above, directory, (own) => readFileSync(`${own}/config`, 'utf8'))).toBe('of the guest');
});

test.each([
  ['a link', 'ostree/repo', '../../host/repo'],
  ['below a link', 'ostree', '../host'],
  ['a link within the guest', 'ostree/repo', 'kept'],
])('%s is refused', (_, name, target) => {
  renameSync(`${guest()}/${name}`, `${guest()}/${name.replace(/[^/]+$/, 'kept')}`);
  symlinkSync(target, `${guest()}/${name}`);
  expect(() => requireOwn(guest(), [repo()])).toThrow(/repo is a link, or below one/);
});

test('so are a file, and what is missing', () => {
  expect(() => requireOwn(guest(), [`${repo()}/config`])).toThrow(/is a link, or below one/);
  expect(() => requireOwn(guest(), [`${repo()}/none`])).toThrow(/is a link, or below one/);
});

test('a directory that is replaced while it is used stays the same', () => {
  const read = inOwn(guest(), repo(), (own) => {
    renameSync(repo(), `${guest()}/kept`);
    symlinkSync('../../host/repo', repo());
    return readFileSync(`${own}/config`, 'utf8');
  });
  expect(read).toBe('of the guest');
});
