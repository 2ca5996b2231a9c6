// Packages over a tree: what is declared, and how the tree's package manager is told.
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { packagesWords } from '../../src/config/packages.ts';
import { whyClosed } from '../../src/trees/packages/host-repositories.ts';
import { localPaths } from '../../src/trees/packages/local-paths.ts';
import { reasonOf } from '../../src/trees/packages/make-layers.ts';
import { managers } from '../../src/trees/packages/managers.ts';
import { rpmOstree } from '../../src/trees/packages/rpm.ts';
import { complaints, guestOf, readAs } from './read.ts';

const good = '[Guest]\nRef=site:x\n[Packages]\n';
const packagesOf = (text: string) => readAs('/etc/ostree-guests/mail.guest', good + text).packages;

test('packages, files beside the guest file, and what goes', () => {
  const packages = packagesOf(
    'Install=postfix=3.10-1 ./site.deb\nInstall=/srv/a.deb g++\nRemove=nano\nRepository=./site.sources\nRepositoryKey=/etc/site.asc\n',
  );
  expect(packages).toEqual({
    install: ['postfix=3.10-1', 'g++'],
    files: ['/etc/ostree-guests/site.deb', '/srv/a.deb'],
    remove: ['nano'],
    repositories: ['/etc/ostree-guests/site.sources'],
    keys: ['/etc/site.asc'],
  });
  expect(packages && packagesWords(packages)).toBe('postfix=3.10-1, g++, site.deb, a.deb, without nano');
});

test('none where nothing is added or removed', () => {
  expect(packagesOf('Repository=./site.sources\n')).toBeUndefined();
  expect(packagesOf('Install=postfix\nInstall=\n')).toBeUndefined();
  expect(guestOf('[Guest]\nRef=site:x\n').packages).toBeUndefined();
});

test.each(['Install=-oDebug=1', 'Install=a;b', 'Install=../x.deb', 'Remove=./x.deb', 'Repository=http://x'])(
  '%s is refused',
  (line) => {
    expect(complaints(good + line)).toHaveLength(1);
  },
);

test.each(managers.map((manager) => [manager.program, manager] as const))(
  'the scripts for %s are right',
  (_, manager) => {
    const packages = packagesOf(
      'Install=postfix ./si~te.deb\nRemove=nano\nRepository=./a.repo\nRepositoryKey=./b.asc\n',
    );
    if (!packages) throw new Error('no packages');
    for (const script of [manager.plan(packages), manager.install(packages)]) {
      execFileSync('sh', ['-n', '-c', script]);
      expect(script).toContain("'/run/layers/packages/si~te.deb'");
      expect(script).toMatch(/'nano-?'/);
    }
    // What it is given for itself is taken away again.
    const script = manager.install(packages);
    const given = [...script.matchAll(/^.*cp .*('\/etc\/.*\/ostree-guests-.*')$/gm)].map(([, file]) => file);
    expect(given).not.toEqual([]);
    for (const file of given) expect(script).toMatch(new RegExp(`^ *rm ${file}$`, 'm'));
  },
);

test('an installation does not print what it would do first', () => {
  const [apt] = managers;
  const packages = { install: ['vim'], files: [], remove: [], repositories: [], keys: [] };
  expect(apt?.plan(packages)).toContain('--simulate');
  expect(apt?.install(packages)).not.toContain('--simulate');
});

test('what would come is read from what the package managers print', () => {
  const [apt, dnf] = managers;
  const simulated = 'Inst libc6 [2.40] (2.41 Debian:13 [amd64])\nConf libc6 (2.41)\nRemv less [1]\n';
  expect(simulated.match(apt?.planLine ?? /$/)).toEqual([
    'Inst libc6 [2.40] (2.41 Debian:13 [amd64])',
    'Remv less [1]',
  ]);
  const table =
    ' Package  Arch   Version      Repository  Size\nInstalling:\n postfix  x86_64 2:3.9.0-1.fc41 fedora 1.5 MiB\n';
  expect(table.match(dnf?.planLine ?? /$/)).toEqual([' postfix  x86_64 2:3.9.0-1.fc41 fedora 1.5 MiB']);
  const dnf5 = ' tool    noarch 0:7-1   local      14.0   B\n';
  expect(dnf5.match(dnf?.planLine ?? /$/)).toEqual([' tool    noarch 0:7-1   local      14.0   B']);
  const wrapped =
    'Installing:\n a-name-that-is-long\n          noarch 1.0-1        site       6.7 k\n\nTransaction Summary\n';
  expect(wrapped.match(dnf?.planLine ?? /$/)).toEqual([
    ' a-name-that-is-long\n          noarch 1.0-1        site       6.7 k',
  ]);
});

test.each([
  'warning: %post(site-1.0-1.noarch) scriptlet failed, exit status 7',
  'Error in POSTIN scriptlet in rpm package site',
  '>>> Non-critical error in post-install scriptlet: site-0:1.0-1.noarch',
])('a script of an rpm that failed is seen: %s', (line) => {
  const [, , dnf] = managers;
  expect(dnf?.failedScript?.(`Running\n${line}\nComplete!\n`)).toBeDefined();
  expect(dnf?.failedScript?.('  Running scriptlet: site-1.0-1.noarch   1/2 \n')).toBeUndefined();
});

test('a failed script is seen in the debug messages of rpm-ostree, and one that succeeded is not', () => {
  const phase = (how: string) =>
    `(rpm-ostree:7): libdnf-DEBUG: 10:00:00.123: phase: 131072(${how}, /var/cache/rpm-ostree/site-1.0.rpm/site)\n`;
  expect(rpmOstree.failedScript?.(phase('1024/0'))).toBeUndefined();
  expect(rpmOstree.failedScript?.(`Installing\n${phase('1024/0')}${phase('1024/1')}Done\n`)).toBe(
    '%post of site failed',
  );
  expect(rpmOstree.failedScript?.('(x): libdnf-DEBUG: phase: 131072(1065/2, site)\n')).toBe(
    'a script of site failed',
  );
});

test.each([
  ['deb [trusted=yes] file:/srv/apt ./', ['/srv/apt']],
  ['deb copy:///srv/a~b/apt/ trixie main\n# deb file:/not/this ./', ['/srv/a~b/apt']],
  ['Types: deb\nURIs: file:/one http://two/x file:///three\n', ['/one', '/three']],
  ['[site]\nbaseurl=file:///srv/rpm/$basearch\n', ['/srv/rpm']],
  ['deb http://deb.debian.org/debian trixie main', []],
])('repositories on this host: %j', (text, paths) => {
  expect(localPaths(text)).toEqual(paths);
});

test.each([
  ['W: old\nE: Unable to locate package x\nE: other\n', 'Unable to locate package x'],
  [
    'boom\ndpkg: error processing package x (--configure):\n sub\nE: Sub-process failed\n',
    'dpkg: error processing package x (--configure):',
  ],
  [
    'Error: \n Problem: conflicting requests\n  - nothing provides b needed by a\n(try to add --skip-broken)\n',
    'Problem: conflicting requests - nothing provides b needed by a',
  ],
  [
    'Repositories loaded.\nFailed to resolve the transaction:\nNo match for argument: x\nYou can try to add to command line:\n  --skip-unavailable to skip unavailable packages\n',
    'Failed to resolve the transaction: No match for argument: x',
  ],
  [
    'Running transaction\nTransaction failed: Signature verification failed.\nOpenPGP check for package "x" (/var/cache/libdnf5/a/x.rpm) has failed: The package is not signed.\n',
    'Transaction failed: Signature verification failed. OpenPGP check for package "x" has failed: The package is not signed.',
  ],
  ['just this', 'just this'],
  ['', 'the package manager failed and did not say why'],
])('%j', (stderr, reason) => {
  expect(reasonOf(stderr)).toBe(reason);
});

test.each([
  ['/srv/apt', '/srv/apt', undefined],
  ['/var/www/apt', '/var/www/apt', undefined],
  ['/usr/share/repo', '/usr/share/repo', undefined],
  ['/run/dbus', '/run/dbus', '/run of the host is closed to packages'],
  ['/srv/link', '/root/repo', '/root of the host is closed to packages'],
  ['/var/run/dbus', '/run/dbus', '/run of the host is closed to packages'],
  ['/var/lib', '/var/lib', '/var/lib/ostree-guests of the host is closed to packages'],
  ['/runner', '/runner', undefined],
  ['/usr', '/usr', "it would hide the tree's own /usr"],
])('packages may read %s, which is %s, of the host: %j', (path, real, wrong) => {
  expect(whyClosed(path, real)).toBe(wrong);
});
