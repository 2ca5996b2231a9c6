// A tree that anybody on the way can replace is taken only if that is what the file says.
import { expect, test } from 'vitest';
import { formatProblem } from '../../src/config/problem.ts';
import { unsignedProblem, unsignedWarning } from '../../src/trees/ostree/unsigned.ts';
import { guestOf } from './read.ts';

const guestWith = (remote: string) => guestOf(`[Guest]\nRef=site:x\n[Remote]\n${remote}\n`);

test.each([
  'URL=http://a/repo',
  'URL=mirrorlist=http://a/list',
  'URL=metalink=http://a/meta',
  'URL=http://a/repo\nContentURL=https://b/repo',
  'URL=http://a/repo\nSignVerify=no',
  'URL=http://a/repo\nGPGKeyPath=/etc/a.asc\nGPGKeyPath=',
])('%j is refused', (remote) => {
  const problem = unsignedProblem(guestWith(remote));
  expect(problem && formatProblem(problem)).toMatch(
    /^mail\.guest:4:5: Over \S+a\/\w+, anybody on the network path can replace the tree: no key .*GPGKeyPath=.*GPGVerify=no$/,
  );
});

test.each([
  'URL=http://a/repo\nGPGVerify=no',
  'URL=http://a/repo\nGPGKeyPath=/etc/a.asc',
  'URL=http://a/repo\nEd25519KeyPath=/etc/a.pub',
  'URL=https://a/repo\nContentURL=http://b/repo',
  'URL=file:///srv/repo',
])('%j is taken', (remote) => {
  expect(unsignedProblem(guestWith(remote))).toBeUndefined();
});

test('without a key, doctor says that the server is trusted, unless the file says so', () => {
  expect(unsignedWarning(guestWith('URL=https://user:secret@a/repo'))?.message).toMatch(
    /^mail accepts any tree/,
  );
  for (const remote of [
    'URL=https://a/repo\nGPGVerify=no',
    'URL=https://a/repo\nGPGKeyPath=/a',
    'URL=file:///a',
  ])
    expect(unsignedWarning(guestWith(remote))).toBeUndefined();
});
