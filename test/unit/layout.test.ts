// What makes a root directory a tree for OSTree: the pure parts, and all of it on a small directory.
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pathsBelow } from '../../src/host/paths-below.ts';
import { inside } from '../../src/host/tree-files.ts';
import { requireInit } from '../../src/trees/layout/init.ts';
import { forgetMachine, layOut, undoEtc } from '../../src/trees/layout/layout.ts';
import { sysusersLines, sysusersNames } from '../../src/trees/layout/sysusers.ts';
import { tmpfilesLine, tmpfilesPaths, withoutTopLevel } from '../../src/trees/layout/tmpfiles.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'layout-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function make(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (text.startsWith('-> ')) symlinkSync(text.slice(3), join(root, path));
    else if (text === '/') mkdirSync(join(root, path), { recursive: true });
    else writeFileSync(join(root, path), text);
  }
}

/** Every file, link and empty directory, as `make` takes them. */
function tree(directory = root): Record<string, string> {
  const entries = pathsBelow(directory).flatMap((path) => {
    const full = join(directory, path);
    const stat = lstatSync(full);
    if (stat.isSymbolicLink()) return [[path, `-> ${readlinkSync(full)}`]];
    if (stat.isDirectory()) return readdirSync(full).length === 0 ? [[path, '/']] : [];
    return [[path, readFileSync(full, 'utf8')]];
  });
  return Object.fromEntries(entries.sort()) as Record<string, string>;
}

const debian = {
  'etc/passwd':
    'root:x:0:0:root:/root:/bin/bash\nmail:x:8:8:mail:/var/mail:/usr/sbin/nologin\nme:x:1000:1000::/home/me:/bin/sh\n',
  'etc/group': 'root:x:0:\nmail:x:8:\nadm:x:4:mail\nme:x:1000:\n',
  'etc/hostname': 'builder\n',
  'etc/machine-id': '0123\n',
  'boot/vmlinuz-6.12': 'kernel',
  'boot/initrd.img-6.12': 'initrd',
  'usr/lib/modules/6.12/modules.dep': '',
  'usr/lib/systemd/system/systemd-sysusers.service': '',
  'usr/lib/tmpfiles.d/home.conf': 'Q /home 0755 - - -\nQ /srv 0755 - - -\nd /var/known 0755 - - -\n',
  'usr/local/bin/tool': 'tool',
  'srv/www/index.html': 'hello',
  'var/lib/dpkg/status': 'Package: one\n',
  'var/lib/app/100% ours': 'data',
  'var/cache/apt/pkgcache.bin': 'cache',
  'var/log/dpkg.log': 'log',
  'var/known/file': 'kept all the same',
  'var/run': '-> /run',
  'dev/null': 'a file',
  'tmp/left': 'over',
};

describe('a root directory becomes a tree for OSTree', () => {
  test('all of it', () => {
    make(debian);
    forgetMachine(root);
    layOut(root);
    const { 'usr/lib/tmpfiles.d/00-ostree-guests.conf': tmpfiles = '', ...files } = tree();
    expect(files).toEqual({
      boot: '/',
      dev: '/',
      home: '-> var/home',
      lib: '-> usr/lib',
      mnt: '-> var/mnt',
      opt: '-> var/opt',
      ostree: '-> sysroot/ostree',
      proc: '/',
      root: '-> var/roothome',
      run: '/',
      srv: '-> var/srv',
      sys: '/',
      sysroot: '/',
      tmp: '-> sysroot/tmp',
      'usr/etc/group': debian['etc/group'],
      'usr/etc/machine-id': '',
      'usr/etc/passwd': debian['etc/passwd'],
      'usr/lib/modules/6.12/initramfs.img': 'initrd',
      'usr/lib/modules/6.12/modules.dep': '',
      'usr/lib/modules/6.12/vmlinuz': 'kernel',
      'usr/lib/sysimage/dpkg/status': 'Package: one\n',
      'usr/lib/systemd/system/systemd-sysusers.service': '',
      'usr/lib/systemd/system/systemd-sysusers.service.d/50-ostree-guests.conf':
        '[Unit]\nConditionNeedsUpdate=\n',
      'usr/lib/sysusers.d/50-ostree-guests.conf':
        'g mail 8\ng adm 4\nu mail 8:mail "mail" /var/mail /usr/sbin/nologin\nm mail adm\n',
      'usr/lib/tmpfiles.d/home.conf': 'd /var/known 0755 - - -\n',
      'usr/local': '-> ../var/usrlocal',
      'usr/share/factory/var/known/file': 'kept all the same',
      'usr/share/factory/var/lib/app/100% ours': 'data',
      'usr/share/factory/var/srv/www/index.html': 'hello',
      'usr/share/factory/var/usrlocal/bin/tool': 'tool',
      var: '/',
    });
    expect(tmpfiles).toContain('d /sysroot/tmp 1777 root root -\n');
    expect(tmpfiles).toContain(
      'C "/var/lib/app/100%% ours" - - - - "/usr/share/factory/var/lib/app/100%% ours"\n',
    );
    expect(tmpfiles).toContain('L /var/lib/dpkg - - - - ../../usr/lib/sysimage/dpkg\n');
    expect(tmpfiles).toContain('L /var/run - - - - /run\n');
    expect(tmpfiles).toMatch(/^d \/var\/roothome 0700 \d+ \d+ -$/m);
    expect(tmpfiles).not.toMatch(/apt|dpkg\.log/);
  });

  test('files with other names are not written to: they may be objects of a repository', () => {
    make({
      ...debian,
      'etc/machine-id': '0123456789abcdef0123456789abcdef\n',
      'usr/lib/tmpfiles.d/00-ostree-guests.conf': 'd /var/known 0755 - - -\n',
      'usr/lib/sysusers.d/50-ostree-guests.conf': 'g adm 4\n',
    });
    const objects = mkdtempSync(join(tmpdir(), 'objects-'));
    const paths = Object.entries(tree()).filter(([, text]) => text !== '/' && !text.startsWith('-> '));
    const of = (at: number) => join(objects, String(at));
    const stateOf = (at: number) => {
      const { mode, uid, gid } = lstatSync(of(at));
      return [readFileSync(of(at), 'utf8'), mode, uid, gid];
    };
    for (const [at, [path]] of paths.entries()) linkSync(join(root, path), of(at));
    chmodSync(join(root, 'usr/lib/tmpfiles.d/home.conf'), 0o640);
    const before = paths.map((_, at) => stateOf(at));
    layOut(root);
    expect(paths.map((_, at) => stateOf(at))).toEqual(before);
    // The new file is as readable as the old one.
    expect(lstatSync(join(root, 'usr/lib/tmpfiles.d/home.conf')).mode).toBe(0o100640);
    rmSync(objects, { recursive: true });
  });

  test('a tree that has the layout is the same when it is laid out again', () => {
    make(debian);
    layOut(root);
    const before = tree();
    undoEtc(root);
    layOut(root);
    expect(tree()).toEqual(before);
  });

  test('a tree without a kernel gets a placeholder', () => {
    make({ 'etc/passwd': '', 'usr/bin/sh': '', 'var/lib': '/' });
    layOut(root);
    expect(tree()).toHaveProperty('usr/lib/modules/0-placeholder/vmlinuz');
  });

  test('a tree of /usr and /etc alone gets links into /usr; others keep what they have', () => {
    make({ 'usr/bin/sh': '', 'usr/sbin/init': '', 'usr/lib64': '/', 'sbin/own': '', 'etc/passwd': '' });
    layOut(root);
    expect(tree()).toMatchObject({ bin: '-> usr/bin', lib: '-> usr/lib', lib64: '-> usr/lib64' });
    expect(tree()['sbin/own']).toBe('');
  });

  test('its links do not lead out of it', () => {
    const outside = mkdtempSync(join(tmpdir(), 'outside-'));
    try {
      make({ ...debian, 'usr/lib/sysusers.d': `-> ${outside}`, 'usr/share': '-> ../../../../../../tmp/x' });
      layOut(root);
      expect(readdirSync(outside)).toEqual([]);
      expect(tree()).toHaveProperty(`sysroot${outside}/50-ostree-guests.conf`);
    } finally {
      rmSync(outside, { recursive: true });
    }
  });
});

test.each([
  [
    'of Debian',
    { 'usr/lib/systemd/systemd': '', sbin: '-> usr/sbin', 'usr/sbin/init': '-> ../lib/systemd/systemd' },
  ],
  ['of another init', { 'sbin/init': '-> /bin/busybox' }],
])('a tree %s is one to boot', (_, files: Readonly<Record<string, string>>) => {
  make(files);
  requireInit(root);
});

test('the image of a single program is refused', () => {
  make({ 'usr/bin/nginx': '', 'etc/passwd': '', 'sbin/': '/' });
  expect(() => requireInit(root)).toThrow('/sbin/init is missing, so it cannot be booted');
});

test.each([
  ['etc/passwd', 'etc/passwd'],
  ['absolute/file', 'usr/lib/file'],
  ['up/file', 'file'],
  ['chain/file', 'usr/lib/file'],
  ['missing/deep/file', 'missing/deep/file'],
  ['absolute', 'absolute'],
])('inside a tree, %s is %s', (path, real) => {
  make({ absolute: '-> /usr/lib', up: '-> ../../..', chain: '-> absolute', 'usr/lib': '/' });
  expect(inside(root, path)).toBe(join(root, real));
});

test.each([
  ['nothing', {}],
  ['a lock', { 'var/lib/rpm/.rpm.lock': '' }],
])("RPM's database that is in /usr already stays, though there is a directory with %s in /var", (_, more) => {
  make({ ...debian, 'usr/lib/sysimage/rpm/rpmdb.sqlite': 'database', 'var/lib/rpm': '/', ...more });
  layOut(root);
  expect(tree()['usr/lib/sysimage/rpm/rpmdb.sqlite']).toBe('database');
});

test('links that lead nowhere end', () => {
  make({ one: '-> two', two: '-> one' });
  expect(() => inside(root, 'one/file')).toThrow('too many links');
});

describe('tmpfiles.d', () => {
  const owner = { mode: 0o2775, uid: 0, gid: 8 };
  test.each([
    [{ path: '/var/mail', type: 'directory', ...owner }, 'd /var/mail 2775 0 8 -'],
    [{ path: '/var/a b', type: 'directory', ...owner }, 'd "/var/a b" 2775 0 8 -'],
    [{ path: '/var/x', type: 'link', target: '../y', ...owner }, 'L /var/x - - - - ../y'],
    [
      { path: '/var/"q"', type: 'file', ...owner },
      String.raw`C "/var/\"q\"" - - - - "/usr/share/factory/var/\"q\""`,
    ],
  ] as const)('%j', (entry, line) => {
    expect(tmpfilesLine(entry)).toBe(line);
    expect(tmpfilesPaths(line)).toEqual([entry.path]);
  });

  test('comments and blank lines make nothing; a slash in the end makes no difference', () => {
    expect(tmpfilesPaths('# d /var/x\n\nd! /var/one/ 0755\n  L+ /var/two - - - - x\n')).toEqual([
      '/var/one',
      '/var/two',
    ]);
  });

  test('lines that only change or remove what is there make nothing', () => {
    expect(
      tmpfilesPaths('z /var/x - postfix postfix\ne /var/x 0755\nr! /var/x\nQ /var/one\nC+ /var/two\n'),
    ).toEqual(['/var/one', '/var/two']);
  });

  test('lines of links of the layout are left out, and no others', () => {
    const text = '# about /home\nQ /home 0755\nd /home/x 0755\nD! /tmp 1777\nd /var/tmp 1777\n';
    expect(withoutTopLevel(text, ['/home', '/tmp'])).toBe('# about /home\nd /home/x 0755\nd /var/tmp 1777\n');
    expect(withoutTopLevel(text, ['/srv'])).toBe(text);
  });
});

describe('sysusers.d', () => {
  const passwd =
    'postfix:x:100:101:Postfix "MTA" 100%:/var/spool/postfix:/usr/sbin/nologin\nnobody:x:65534:65534:::\n';
  const group = 'postfix:x:101:\npostdrop:x:102:postfix\n';
  test('the users and groups of a tree', () => {
    expect(sysusersLines(passwd, group, new Set())).toEqual([
      'g postfix 101',
      'g postdrop 102',
      'u postfix 100:postfix "Postfix MTA 100%%" /var/spool/postfix /usr/sbin/nologin',
      'm postfix postdrop',
    ]);
  });

  test('not those that the tree declares already', () => {
    const known = new Set(
      sysusersNames('g postdrop 102\nu postfix 100 "x" /\nm postfix postdrop\n#u other 5\n'),
    );
    expect(sysusersLines(passwd, group, known)).toEqual([]);
  });
});
