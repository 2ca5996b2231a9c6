// The remotes of guests, as libostree reads them, and why one cannot be fetched from.
import { expect, test } from 'vitest';
import { explain } from '../../src/host/failure.ts';
import { notFetched } from '../../src/trees/ostree/fetch-failure.ts';
import { optionsOf, urlOf } from '../../src/trees/ostree/host-remotes.ts';
import { missingRemoteFiles } from '../../src/trees/ostree/missing-remote-files.ts';
import { guestAsPuller } from '../../src/trees/ostree/pulling.ts';
import { findRemote } from '../../src/trees/ostree/remote.ts';
import { guestOf } from './read.ts';

test.each([
  ['https://a/repo', { url: 'https://a/repo' }],
  ['mirrorlist=https://a/list', { url: 'mirrorlist=https://a/list' }],
  // With `url=metalink=…`, libostree says "URI is not absolute".
  ['metalink=https://a/meta', { metalink: 'https://a/meta' }],
])('URL=%s', (url, options) => {
  expect(optionsOf(url)).toEqual(options);
  expect(urlOf(options)).toBe(url);
});

test('a remote without a URL', () => {
  expect(urlOf({})).toBe('');
});

const byHand = 'Try it by hand: ostree --repo=/var/lib/ostree-guests/mail/sysroot/ostree/repo pull site x';

test.each([
  ['Server returned HTTP 404', `Server returned HTTP 404. ${byHand}`],
  [
    'Not normal form',
    'the answer does not come from an OSTree repository (Not normal form). A login page or a proxy may answer in its place. See what it is: curl -L https://a/repo/summary',
  ],
  [
    'Upgrade target revision is chronologically older than current',
    'Upgrade target revision is chronologically older than current. To go back to it all the same, set AllowDowngrade=yes in [Update]',
  ],
])('%s', (cause, words) => {
  const guest = guestOf('[Guest]\nRef=site:x\n[Remote]\nURL=https://a/repo\n');
  if (guest.origin.kind !== 'ostree') throw new Error('it has a ref');
  expect(explain(notFetched(guestAsPuller(guest, guest.origin), guest.origin, 'https://a/repo', cause))).toBe(
    `mail.guest:4: cannot fetch x from https://a/repo: ${words}`,
  );
});

test('keys and certificates that the host does not have', () => {
  const guest = guestOf(`[Guest]
Ref=site:x
[Remote]
URL=https://a/repo
GPGKeyPath=/nonexistent/a.asc
Ed25519KeyPath=/etc
TLSCAPath=/nonexistent/old
TLSCAPath=/nonexistent/authority
`);
  expect(missingRemoteFiles(guest.values, 'Remote')).toMatchObject([
    { at: { line: 5 }, message: 'GPGKeyPath=/nonexistent/a.asc does not exist' },
    { at: { line: 8 }, message: 'TLSCAPath=/nonexistent/authority does not exist' },
  ]);
  expect(missingRemoteFiles(guest.values, 'Mirror')).toEqual([]);
  if (guest.origin.kind !== 'ostree') throw new Error('it has a ref');
  const { origin } = guest;
  expect(() => findRemote(guest, origin)).toThrow(
    'mail.guest:5: GPGKeyPath=/nonexistent/a.asc does not exist',
  );
});
