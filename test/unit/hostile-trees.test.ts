// Whatever a tree has at any name, what we do to its content stays inside of it: nothing beside it is created, changed,
// read, or waited for.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { explain } from '../../src/host/failure.ts';
import { pathsBelow } from '../../src/host/paths-below.ts';
import { findRoot } from '../../src/trees/build/find-root.ts';
import { mergeLayer } from '../../src/trees/image/merge.ts';
import { keepFiles, restoreFiles } from '../../src/trees/layout/kept-files.ts';
import { forgetMachine, layOut, undoEtc } from '../../src/trees/layout/layout.ts';
import { dropSpecialFiles } from '../../src/trees/special-files.ts';

let base: string;
let server: Server;

/** Beside the trees: what an attacker would like to reach. Its pipe would hang whoever opens it. */
const outside = () => join(base, 'outside');
const friendly = () => join(base, 'friendly');
const laidOut = () => join(base, 'laid-out');

beforeAll(async () => {
  // In memory, where there is such a place: the trees are many.
  base = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'hostile-'));
  for (const path of ['etc/passwd', 'lib/dpkg/status', 'home/joe/letter', 'www/index', '6.12/vmlinuz'])
    write(join(outside(), path), `the host's ${path}\n`);
  execFileSync('mkfifo', [join(outside(), 'pipe')]);
  makeFriendly(friendly());
  makeFriendly(laidOut());
  layOut(laidOut());
  mkdirSync(join(base, 'special'));
  execFileSync('mkfifo', [join(base, 'special/pipe')]);
  server = createServer();
  await new Promise<void>((done) => {
    server.listen(join(base, 'special/socket'), done);
  });
  try {
    // Reading it does not end.
    execFileSync('mknod', [join(base, 'special/device'), 'c', '1', '5'], { stdio: 'ignore' });
  } catch {
    // Only root can make one, and not in every container.
  }
});
afterAll(() => {
  server.close();
  rmSync(base, { recursive: true });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function makeFriendly(root: string): void {
  const files = {
    'etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nmail:x:8:8:mail:/var/mail:/usr/sbin/nologin\n',
    'etc/group': 'root:x:0:\nmail:x:8:\n',
    'etc/hostname': 'builder\n',
    'etc/hosts': '127.0.0.1 localhost\n',
    'etc/machine-id': '0123\n',
    'etc/ssh/ssh_host_rsa_key': 'secret',
    'etc/ssl/private/ssl-cert-snakeoil.key': 'secret',
    'etc/resolv.conf': '',
    'etc/.pwd.lock': '',
    'etc/tmpfiles.d/site.conf': 'd /var/known 0755\n',
    'boot/vmlinuz-6.12': 'kernel',
    'boot/initrd.img-6.12': 'initrd',
    'usr/lib/modules/6.12/modules.dep': '',
    'usr/lib/systemd/system/systemd-sysusers.service': '',
    'usr/lib/systemd/system/sysinit.target.wants/x.service': '',
    'usr/lib/sysusers.d/site.conf': 'g site 100\n',
    'usr/lib/tmpfiles.d/home.conf': 'Q /home 0755 - - -\nQ /srv 0755 - - -\n',
    'usr/local/bin/tool': 'tool',
    'srv/www/index': 'hello',
    'home/joe/letter': 'hello',
    'opt/site/file': 'site',
    'root/.profile': '',
    'mnt/x': '',
    'tmp/left': '',
    'dev/x': '',
    'run/x': '',
    'var/lib/dpkg/status': 'Package: one\n',
    'var/lib/app/data': 'data',
    'var/log/x': '',
    'var/home/x': '',
  };
  for (const [path, text] of Object.entries(files)) write(join(root, path), text);
}

/** What is put at a name of the tree: `root` is that of the tree, `path` where in it. */
type Thing = (root: string, path: string) => void;

const linkTo =
  (target: string): Thing =>
  (_, path) =>
    symlinkSync(join(base, target), path);
const relativeLinkTo =
  (target: string): Thing =>
  (_, path) =>
    symlinkSync(relative(dirname(path), join(base, target)), path);
const special =
  (name: string): Thing =>
  (_, path) => {
    if (lstatSync(join(base, 'special', name), { throwIfNoEntry: false }))
      linkSync(join(base, 'special', name), path);
  };

const goals = [
  'outside',
  'outside/etc',
  'outside/home',
  'outside/lib',
  'outside/etc/passwd',
  'outside/pipe',
  'outside/new',
];
const things: readonly (readonly [name: string, thing: Thing])[] = [
  ...goals.map((goal) => [`link to ${goal}`, linkTo(goal)] as const),
  ...goals.map((goal) => [`relative link to ${goal}`, relativeLinkTo(goal)] as const),
  ['link to itself', (_, path) => symlinkSync(path.split('/').at(-1) ?? '', path)],
  ['link to the root', (_, path) => symlinkSync('/', path)],
  ['link to the home', (_, path) => symlinkSync('/home', path)],
  ['link far up', (_, path) => symlinkSync(`${'../'.repeat(30)}${outside().slice(1)}`, path)],
  ['pipe', special('pipe')],
  ['socket', special('socket')],
  ['device', special('device')],
  ['file', (_, path) => writeFileSync(path, 'a file')],
  ['empty directory', (_, path) => mkdirSync(path)],
  ['directory of a directory', (_, path) => mkdirSync(join(path, 'x/y'), { recursive: true })],
  ['nothing', () => {}],
];

/** Puts a thing in the place of what a tree has at a path; directories that are missing are made. */
function plant(root: string, path: string, thing: Thing): void {
  const parts = path.split('/');
  // Another thing may be on the way.
  for (let depth = 1; depth < parts.length; depth += 1) {
    const parent = join(root, ...parts.slice(0, depth));
    const stat = lstatSync(parent, { throwIfNoEntry: false });
    if (!stat) mkdirSync(parent);
    else if (!stat.isDirectory()) return;
  }
  rmSync(join(root, path), { recursive: true, force: true });
  thing(root, join(root, path));
}

/** The state of a directory: types, modes, contents, and times of the last reading as well as of the last writing. */
function stateOf(directory: string): Record<string, string> {
  const all = ['.', ...pathsBelow(directory)].map((path) => {
    const full = join(directory, path);
    const { mode, size, mtimeMs, atimeMs, ino } = lstatSync(full);
    return { full, path, facts: [mode, size, mtimeMs, ino], isFile: lstatSync(full).isFile(), atimeMs };
  });
  return Object.fromEntries(
    all.map(({ full, path, facts, isFile, atimeMs }) => {
      const content = isFile ? createHash('sha256').update(readFileSync(full)).digest('hex') : '';
      return [path, [...facts, isFile ? atimeMs : '', content].join(' ')];
    }),
  );
}

/** Before the last writing: the next reading is noted. */
function forgetReadings(directory: string): void {
  for (const path of pathsBelow(directory)) {
    const full = join(directory, path);
    const { mtime } = lstatSync(full);
    lutimesSync(full, new Date(0), mtime);
  }
}

/** Says what went wrong where that is told in words that a user can act on; all else is thrown. */
function attempt(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    const said = explain(error);
    if (said === undefined) throw error;
    return said;
  }
}

const planted = (template: () => string, more: readonly string[] = []) => {
  const paths = [...new Set([...pathsBelow(friendly()), ...pathsBelow(laidOut()), ...more])];
  return fc.record({
    template: fc.constant(template()),
    plants: fc.array(fc.tuple(fc.constantFrom(...paths), fc.constantFrom(...things)), {
      minLength: 1,
      maxLength: 3,
    }),
  });
};

/** Does work on a tree with things planted; nothing but the tree may be different then. */
function expectContained(
  { template, plants }: { template: string; plants: [string, (typeof things)[number]][] },
  work: (root: string) => void,
): string | undefined {
  const root = join(base, 'tree');
  rmSync(root, { recursive: true, force: true });
  cpSync(template, root, { recursive: true, verbatimSymlinks: true });
  for (const [path, [, thing]] of plants) plant(root, path, thing);
  forgetReadings(outside());
  const [beside, before] = [readdirSync(base).sort(), stateOf(outside())];
  forgetReadings(outside());
  const said = attempt(() => work(root));
  expect(readdirSync(base).sort()).toEqual(beside);
  expect(stateOf(outside())).toEqual(before);
  return said;
}

const runs = { numRuns: 150 };

test('the judge sees what is read and what is written', () => {
  forgetReadings(outside());
  const before = stateOf(outside());
  forgetReadings(outside());
  readFileSync(join(outside(), 'etc/passwd'));
  expect(stateOf(outside())).not.toEqual(before);
});

test('a tree is laid out', () => {
  fc.assert(
    fc.property(planted(friendly), (tree) => {
      const said = expectContained(tree, (root) => {
        dropSpecialFiles(root);
        forgetMachine(root);
        layOut(root);
      });
      if (said !== undefined) return;
      for (const name of ['usr', 'usr/etc', 'var'])
        expect(lstatSync(join(base, 'tree', name)).isDirectory()).toBe(true);
      expect(readdirSync(join(base, 'tree/var'))).toEqual([]);
    }),
    runs,
  );
});

test('a tree that was not swept is laid out', () => {
  fc.assert(
    fc.property(planted(friendly), (tree) => void expectContained(tree, layOut)),
    runs,
  );
});

test('a tree of OSTree is laid out again, with what a container left in it', () => {
  fc.assert(
    fc.property(planted(laidOut), planted(laidOut), (tree, { plants }) => {
      expectContained(tree, (root) => {
        undoEtc(root);
        const kept = keepFiles(root, [
          'etc/hostname',
          'etc/hosts',
          'etc/resolv.conf',
          'usr/lib/sysusers.d/site.conf',
        ]);
        for (const [path, [, thing]] of plants) plant(root, path, thing);
        restoreFiles(root, JSON.parse(JSON.stringify(kept)));
        layOut(root);
      });
    }),
    runs,
  );
});

test('layers are merged', () => {
  const whiteouts = [
    '.wh.etc',
    'etc/.wh.passwd',
    'var/.wh..wh..opq',
    '.wh..',
    '.wh...',
    'usr/lib/.wh.modules',
  ];
  fc.assert(
    fc.property(
      planted(friendly),
      planted(laidOut, whiteouts),
      fc.boolean(),
      (tree, { plants }, described) => {
        expectContained(tree, (root) => {
          const [lower, upper] = [join(root, 'lower'), join(root, 'upper')];
          mkdirSync(lower);
          mkdirSync(upper);
          for (const [path, [, thing]] of tree.plants) plant(lower, path, thing);
          for (const [path, [, thing]] of plants) plant(upper, path, thing);
          mergeLayer(lower, upper, () => described);
          dropSpecialFiles(upper);
        });
      },
    ),
    runs,
  );
});

test('what a build left is found', async () => {
  const names = [
    'build',
    'build/root',
    'build/root/usr',
    'build/root/etc',
    'build/root.tar',
    'build/root.tar.gz',
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...things)), {
        minLength: 1,
        maxLength: 3,
      }),
      async (plants) => {
        const root = join(base, 'tree');
        rmSync(root, { recursive: true, force: true });
        mkdirSync(join(root, 'build'), { recursive: true });
        for (const [path, [, thing]] of plants) plant(root, path, thing);
        forgetReadings(outside());
        const before = stateOf(outside());
        forgetReadings(outside());
        const found = await findRoot(root, '/build').catch((error) => {
          if (explain(error) === undefined) throw error;
        });
        expect(stateOf(outside())).toEqual(before);
        if (found === undefined) return;
        expect(relative(root, found)).toMatch(/^(build\/root|unpacked)$/);
        expect(lstatSync(found).isDirectory()).toBe(true);
      },
    ),
    { numRuns: 200 },
  );
});

test.each([
  ['var', '../../victim/var', '/var is a link to ../../victim/var, and has to be a directory'],
  [
    'usr',
    '/run/ostree-guests/web/root',
    '/usr is a link to /run/ostree-guests/web/root, and has to be a directory',
  ],
  ['etc', 'usr/etc', '/etc is a link to usr/etc, and has to be a directory'],
  ['usr/etc', '\u001b[2K/etc', '/usr/etc is a link to \\x1b[2K/etc, and has to be a directory'],
])('a tree whose /%s is a link to %j is refused', (path, target, said) => {
  const plants = [[path, ['link', (_, at) => symlinkSync(target, at)]]] as [
    string,
    (typeof things)[number],
  ][];
  expect(expectContained({ template: friendly(), plants }, layOut)).toBe(said);
  expect(readlinkSync(join(base, 'tree', path))).toBe(target);
});

test('what two directories have under one name is not lost', () => {
  const plants = [
    ['opt/tool', ['file', (_, at) => writeFileSync(at, 'one')]],
    ['var/opt/tool', ['file', (_, at) => writeFileSync(at, 'other')]],
  ] as [string, (typeof things)[number]][];
  expect(expectContained({ template: friendly(), plants }, layOut)).toBe(
    '/opt/tool is there beside /var/opt/tool: it is to be moved there',
  );
});

test('a layer with a name that is not UTF-8 is refused, and says which', () => {
  const root = join(base, 'tree');
  rmSync(root, { recursive: true, force: true });
  for (const name of ['lower', 'upper/usr']) mkdirSync(join(root, name), { recursive: true });
  writeFileSync(Buffer.concat([Buffer.from(join(root, 'upper/usr/caf')), Buffer.from([0xe9])]), '');
  expect(() => mergeLayer(join(root, 'lower'), join(root, 'upper'), () => true)).toThrow(
    '/caf\u00e9 is the name of a file and not UTF-8',
  );
});
