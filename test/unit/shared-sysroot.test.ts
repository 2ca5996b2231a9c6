// Two guests in one directory would boot each other's deployments, and be deleted together.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readGuest } from '../../src/config/guest.ts';
import { GuestPlaces, sharedSysroot } from '../../src/guestctl/verify/shared-sysroot.ts';
import { realPlace } from '../../src/host/real-place.ts';
import { strangerIn } from '../../src/ostree/stateroot.ts';
import { guestOf } from './read.ts';

const state = '/var/lib/ostree-guests';

const kept = (name: string, sysroot: string | undefined) => ({
  ...guestOf(`[Guest]\nRef=site:x\n${sysroot === undefined ? '' : `Sysroot=${sysroot}\n`}`),
  name,
  sysroot: sysroot ?? `${state}/${name}/sysroot`,
});

test.each([
  ['/srv/a', '/srv/a', true],
  ['/srv/a', '/srv/a/b', true],
  ['/srv/a/b', '/srv/a', true],
  [`${state}/other/sysroot`, undefined, true],
  // What is in the state directory of a guest is deleted with it.
  [`${state}/other/more`, undefined, true],
  [`${state}/other`, '/srv/b', true],
  [state, '/srv/b', true],
  [`${state}/mail`, undefined, false],
  // A link on the way: see below.
  ['/srv/link/a', '/srv/a', true],
  ['/srv/a', '/srv/ab', false],
  ['/srv/a', '/srv/b', false],
  [undefined, undefined, false],
])('%s and %s: shared: %s', (one, other, expected) => {
  const resolve = (path: string) => path.replace(/^\/srv\/link\//, '/srv/');
  const both = [kept('mail', one), kept('other', other)] as const;
  const places = new GuestPlaces({ guests: both, broken: [] }, resolve);
  expect(sharedSysroot(both[0], places).map(({ at }) => at.line)).toEqual(expected ? [3] : []);
  const [found] = sharedSysroot(both[1], places);
  expect(found?.at.line).toBe(expected ? (other === undefined ? 1 : 3) : undefined);
  // The remedy is where the directory was named.
  if (expected)
    expect(found?.remedy).toMatch(
      other === undefined ? /^Name another directory in .*:3$/ : /or remove Sysroot=$/,
    );
});

test('a guest whose file has mistakes keeps its directories', () => {
  const text = '[Guest]\nRef=site:x\nSysroot=/srv/a\nNonsense=1\n';
  const file = '/etc/ostree-guests/other.guest';
  const other = readGuest('other', file, [{ kind: 'guest', file, text }], () => 'host');
  if (!('broken' in other)) throw new Error('it has a mistake');
  const mail = kept('mail', '/srv/a');
  const places = new GuestPlaces({ guests: [mail], broken: [other.broken] }, (path) => path);
  expect(sharedSysroot(mail, places)[0]?.message).toBe(
    '/srv/a is shared with other (/srv/a): each guest needs a directory of its own',
  );
});

test('links are followed, also if the end of the path does not exist', () => {
  const work = realPlace(mkdtempSync(join(tmpdir(), 'places-')));
  mkdirSync(`${work}/real`);
  symlinkSync('real', `${work}/link`);
  expect(realPlace(`${work}/link/no/where`)).toBe(`${work}/real/no/where`);
  expect(realPlace('/')).toBe('/');
  rmSync(work, { recursive: true });
});

test.each([
  ['deployments', ['other/deploy'], 'other'],
  ['a /var that was kept', ['other/var/lib/dpkg'], 'other'],
  ['what os-init makes', ['other/var/lib', 'other/var/log'], undefined],
  ['its own', ['mail/deploy'], undefined],
])('of others in a sysroot, %s', (_, directories, expected) => {
  const sysroot = mkdtempSync(join(tmpdir(), 'places-'));
  expect(strangerIn(sysroot, 'mail')).toBeUndefined();
  for (const one of directories) mkdirSync(`${sysroot}/ostree/deploy/${one}`, { recursive: true });
  expect(strangerIn(sysroot, 'mail')).toBe(expected);
  // After a rename, the guest's name is a link to its stateroot, and the name before may be one.
  symlinkSync(expected ?? 'mail', `${sysroot}/ostree/deploy/renamed`);
  expect(strangerIn(sysroot, 'renamed')).toBeUndefined();
  rmSync(sysroot, { recursive: true });
});
