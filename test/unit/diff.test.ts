import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bothChanged, directoriesIn, mergeOf, parseDiff } from '../../src/guestctl/diff/file-changes.ts';
import { comparePackages, parseDpkgStatus, parseRpmList } from '../../src/guestctl/diff/package-changes.ts';
import { compareDebVersions, compareRpmVersions } from '../../src/guestctl/diff/versions.ts';
import { diffText } from '../../src/guestctl/screens/diff.ts';
import { screen } from './overviews.ts';

const sign = (one: number) => Math.sign(one);

describe('versions of deb packages: deb-version(7), and what dpkg --compare-versions says', () => {
  test.each([
    ['1.0', '1.0', 0],
    ['1.0', '1.1', -1],
    ['1.9', '1.10', -1],
    ['1.0~rc1', '1.0', -1],
    ['1.0~rc1', '1.0~rc1-1', -1],
    ['1.0~~', '1.0~', -1],
    ['1.0', '1.0+b1', -1],
    ['1.0a', '1.0+', -1],
    ['2:1.0', '3.0', 1],
    ['0:1.0', '1.0', 0],
    ['1.0-1', '1.0-1.1', -1],
    ['1.0-1', '1.0-0ubuntu1', 1],
    ['1.001', '1.1', 0],
    ['3.10.13-0+deb13u1', '3.10.13-0+deb13u1+site1', -1],
    ['6.1.99999999999999999999', '6.1.100000000000000000000', -1],
    ['1.2.3-4-5', '1.2.3-5', 1],
    ['', '~', 1],
  ])('%s %s', (one, other, expected) => {
    expect(sign(compareDebVersions(one, other))).toBe(expected);
    expect(sign(compareDebVersions(other, one))).toBe(0 - expected);
  });
});

describe('versions of rpm packages: the cases of its own tests of rpmvercmp', () => {
  test.each([
    ['1.0', '1.0', 0],
    ['2.0', '1.0', 1],
    ['2.0.1', '2.0.1a', -1],
    ['5.5p1', '5.5p10', -1],
    ['10xyz', '10.1xyz', -1],
    ['xyz10', 'xyz10.1', -1],
    ['xyz.4', '8', -1],
    ['5.5p2', '5.6p1', -1],
    ['6.0.rc1', '6.0', 1],
    ['10b2', '10a1', 1],
    ['1.0a', '1.0aa', -1],
    ['10.0001', '10.1', 0],
    ['10.0001', '10.0039', -1],
    ['4.999.9', '5.0', -1],
    ['2_0', '2.0', 0],
    ['a+', 'a_', 0],
    ['1.0~rc1', '1.0', -1],
    ['1.0~rc1', '1.0~rc2', -1],
    ['1.0^', '1.0', 1],
    ['1.0^git1', '1.0^git2', -1],
    ['1.0^git1', '1.01', -1],
    ['1.0^20160101', '1.0.1', -1],
    ['1.0~rc1^git1', '1.0~rc1', 1],
    ['1.0^git1~pre', '1.0^git1', -1],
    ['1:1.0-1', '2.0-1', 1],
  ])('%s %s', (one, other, expected) => {
    expect(sign(compareRpmVersions(one, other))).toBe(expected);
    expect(sign(compareRpmVersions(other, one))).toBe(0 - expected);
  });
});

test.each([
  ['deb', compareDebVersions],
  ['rpm', compareRpmVersions],
])('%s versions are an order', (_, compare) => {
  const version = fc.stringMatching(/^[0-9a-c.~^+-]{1,8}$/);
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      expect(sign(compare(a, b))).toBe(0 - sign(compare(b, a)));
      if (compare(a, b) <= 0 && compare(b, c) <= 0) expect(compare(a, c)).toBeLessThanOrEqual(0);
    }),
  );
});

const status = `Package: apt
Status: install ok installed
Architecture: amd64
Version: 3.0.3
Description: package manager
 Version: 9 is no field

Package: gone
Status: deinstall ok config-files
Version: 1.0

Package: libc6
Status: hold ok installed
Multi-Arch: same
Architecture: amd64
Version: 2.41-12
`;

test('the database of dpkg', () => {
  expect([...parseDpkgStatus(status)]).toEqual([
    ['apt', '3.0.3'],
    ['libc6:amd64', '2.41-12'],
  ]);
});

test('the list of rpm', () => {
  const list =
    'bash.x86_64\t5.2-1\ngpg-pubkey.(none)\tabc-1\nkernel.x86_64\t6.1-1\nkernel.x86_64\t6.2-1\nvim.x86_64\t2:9-1\n';
  expect([...parseRpmList(list)]).toEqual([
    ['bash.x86_64', '5.2-1'],
    ['kernel.x86_64-6.1-1', '6.1-1'],
    ['kernel.x86_64-6.2-1', '6.2-1'],
    ['vim.x86_64', '2:9-1'],
  ]);
});

const packages = comparePackages(
  new Map(Object.entries({ apt: '1', bash: '2', less: '3', same: '1' })),
  new Map(Object.entries({ apt: '2', bash: '1', postfix: '3', same: '1' })),
  compareDebVersions,
);
const files = parseDiff('M    /usr/etc/one\nA    /usr/bin/two words\nD    /usr/etc/three\nother\n');

test('packages are compared', () => {
  expect(packages).toEqual([
    { name: 'apt', change: 'upgraded', from: '1', to: '2' },
    { name: 'bash', change: 'downgraded', from: '2', to: '1' },
    { name: 'less', change: 'removed', from: '3' },
    { name: 'postfix', change: 'added', to: '3' },
  ]);
});

test('of /etc, what both the machine and the update changed', () => {
  expect(bothChanged(parseDiff('M    one\nA    two\nM    three\n'), files)).toEqual([
    '/etc/one',
    '/etc/three',
  ]);
});

test.each([
  ['file', false],
  ['link', false],
  ['directory', true],
  [undefined, true],
] as const)('a directory of the update, and a %s here: can be merged: %s', (kind, isMergeable) => {
  const list = 'd00755 0 0      0 /usr/etc\n-00644 0 0    210 /usr/etc/one\nd00700 0 33     0 /usr/etc/a b\n';
  expect(mergeOf(['/etc/one', '/etc/a b'], directoriesIn(list), () => kind)).toEqual({
    etc: ['/etc/one', ...(isMergeable ? ['/etc/a b'] : [])],
    unmergeable: isMergeable ? [] : ['/etc/a b'],
  });
});

const difference = {
  from: { checksum: 'a'.repeat(64), version: '13.1' },
  to: { checksum: 'b'.repeat(64) },
  failure: undefined,
  packages,
  files,
  etc: ['/etc/one'],
  unmergeable: ['/etc/app.conf'],
};
const plain = { wide: false, legend: true, width: 200, paint: (_: unknown, text: string) => text };

test('as a screen', () => {
  expect(diffText(difference, plain)).toBe(
    screen(`
      13.1 (aaaaaaaaaaaa) -> bbbbbbbbbbbb

      1 upgraded:
        apt 1 -> 2

      1 downgraded:
        bash 2 -> 1

      1 removed:
        less 3

      1 added:
        postfix 3

      Files: 1 changed, 1 added, 1 removed (list them: -o wide)

      Changed both on this machine and by the update; the one on the machine stays:
        /etc/one

      Not mergeable: a file here, a directory in the update. Rename or remove each:
        /etc/app.conf`),
  );
  expect(diffText(difference, { ...plain, wide: true })).toContain('  A /usr/bin/two words\n');
  expect(diffText({ ...difference, packages: [], files: [], etc: [], unmergeable: [] }, plain)).toMatch(
    /The packages are the same\n\nThe files are the same$/,
  );
});
