// The shell scripts that connect guests, with a systemctl(1) that answers what a case says.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

let work: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'network-'));
});
afterEach(() => rmSync(work, { recursive: true }));

/** Runs start-networkd; returns what it did and said. */
function startNetworkd(active: string, enabled: string, files: readonly string[]) {
  const root = join(work, 'root');
  mkdirSync(join(root, 'run/systemd/networkd.conf.d'), { recursive: true });
  for (const file of files) {
    mkdirSync(join(root, file, '..'), { recursive: true });
    writeFileSync(join(root, file), '[Match]\n');
  }
  const log = join(work, 'log');
  const systemctl = `case $1 in is-active) echo ${active};; is-enabled) echo ${enabled};; *) echo "$@" >>${log};; esac`;
  mkdirSync(join(work, 'bin'));
  writeFileSync(join(work, 'bin/systemctl'), `#!/bin/sh\n${systemctl}\n`, { mode: 0o755 });
  const { stdout, status } = spawnSync('sh', ['src/machine/nspawn/start-networkd', root], {
    env: { PATH: `${work}/bin:${process.env['PATH']}` },
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  return {
    isStarted: existsSync(log),
    isTamed: existsSync(join(root, 'run/systemd/networkd.conf.d/50-ostree-guests.conf')),
    said: stdout.replaceAll(root, ''),
  };
}

const vendor = '/usr/lib/systemd/network/80-container-ve.network';
const own = '/etc/systemd/network/10-lan.network';
const ofNetplan = '/run/systemd/network/10-netplan-eth0.network';

test.each<[string, string, readonly string[], { isStarted: boolean; isTamed: boolean; said: unknown }]>([
  ['active', 'disabled', [own], { isStarted: false, isTamed: false, said: '' }],
  ['inactive', 'enabled', [own], { isStarted: true, isTamed: false, said: '' }],
  ['inactive', 'enabled-runtime', [], { isStarted: true, isTamed: false, said: '' }],
  ['inactive', 'disabled', [vendor], { isStarted: true, isTamed: true, said: '' }],
  ['failed', 'disabled', [], { isStarted: true, isTamed: true, said: '' }],
  ['inactive', 'masked', [], { isStarted: false, isTamed: false, said: expect.stringContaining('masked') }],
  [
    'inactive',
    'not-found',
    [],
    { isStarted: false, isTamed: false, said: expect.stringContaining('not installed') },
  ],
  ...[own, ofNetplan, '/usr/lib/systemd/network/20-cloud.network'].map(
    (file): [string, string, readonly string[], { isStarted: boolean; isTamed: boolean; said: unknown }] => [
      'inactive',
      'disabled',
      [vendor, file],
      {
        isStarted: false,
        isTamed: false,
        said: expect.stringContaining(`because ${file} configures other links`),
      },
    ],
  ),
])('systemd-networkd is %s and %s, with %j', (active, enabled, files, expected) => {
  expect(startNetworkd(active, enabled, files)).toEqual(expected);
});

/** Runs a function of name-servers. */
const nameServers = (...words: readonly string[]): string =>
  execFileSync('sh', ['-euc', '. src/machine/nspawn/name-servers; "$@"', 'sh', ...words], {
    encoding: 'utf8',
  });

test.each([
  ['nameserver 192.0.2.1\n', 'nameserver 192.0.2.1\n'],
  ['nameserver 192.0.2.1', 'nameserver 192.0.2.1\n'],
  ['# x\nnameserver 127.0.0.53\noptions edns0\n', ''],
  ['nameserver ::1\nnameserver fe80::1%eth0\nnameserver fe80::1\n', ''],
  [
    'nameserver 2001:db8::1\nsearch a.example b.example\nnameserver 192.0.2.1\noptions edns0 trust-ad\n',
    'nameserver 192.0.2.1\nnameserver 2001:db8::1\nsearch a.example b.example\noptions edns0 trust-ad\n',
  ],
  ['', ''],
])('a host with %j', (text, lines) => {
  writeFileSync(join(work, 'host'), text);
  expect(nameServers('name_lines', join(work, 'missing'), join(work, 'host')).trimEnd()).toBe(
    lines.trimEnd(),
  );
});

test('a host without the file', () => {
  expect(nameServers('name_lines', join(work, 'missing'))).toBe('');
});

const lines = 'nameserver 192.0.2.1\nsearch example.org';
const mark =
  '# From the host, written by ostree-guests at each start. To write this file yourself, remove this line.';

test.each<[string, string | undefined, string]>([
  ['is missing', undefined, `${mark}\n${lines}\n`],
  ['is empty', '', `${mark}\n${lines}\n`],
  ['was written before', `${mark}\nnameserver 192.0.2.7\n`, `${mark}\n${lines}\n`],
  ['is up to date', `${mark}\n${lines}\n`, `${mark}\n${lines}\n`],
  ['is its own', 'nameserver 192.0.2.9\n', 'nameserver 192.0.2.9\n'],
  ['only has a comment of its own', '# none\n', '# none\n'],
])('a guest whose resolv.conf %s', (_, before, after) => {
  const file = join(work, 'resolv.conf');
  if (before !== undefined) writeFileSync(file, before);
  nameServers('write_name_lines', file, lines);
  expect(readFileSync(file, 'utf8')).toBe(after);
  expect(lstatSync(file).mode & 0o777).toBe(0o644);
});

test('a guest whose resolv.conf leads elsewhere, or is a pipe', () => {
  const [file, target, pipe] = ['resolv.conf', 'target', 'pipe'].map((name) => join(work, name)) as [
    string,
    string,
    string,
  ];
  symlinkSync(target, file);
  nameServers('write_name_lines', file, lines);
  expect(existsSync(target)).toBe(false);
  execFileSync('mkfifo', [pipe]);
  nameServers('write_name_lines', pipe, lines);
  expect(lstatSync(pipe).isFIFO()).toBe(true);
});
