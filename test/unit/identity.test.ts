// What packages make once for each machine is in no tree, and a guest that has it keeps it.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepIdentity } from '../../src/steps/boot/keep-identity.ts';
import { layOut, undoEtc } from '../../src/trees/layout/layout.ts';
import { forgetIdentity } from '../../src/trees/layout/machine-identity.ts';

let root: string;
let next: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'identity-'));
  next = mkdtempSync(join(tmpdir(), 'identity-'));
});
afterEach(() => {
  for (const directory of [root, next]) rmSync(directory, { recursive: true });
});

const write = (directory: string, path: string, text: string, mode = 0o644) => {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), text, { mode });
};

const unit = 'usr/lib/systemd/system/ostree-guest-identity.service';

function makeServer(): void {
  write(root, 'usr/lib/systemd/system/ssh.service', '');
  write(root, 'etc/passwd', '');
  write(root, 'etc/ssh/sshd_config', 'Port 22\n');
  for (const kind of ['rsa', 'ed25519'])
    for (const end of ['', '.pub']) write(root, `etc/ssh/ssh_host_${kind}_key${end}`, 'of the builder');
  write(root, 'etc/ssl/private/ssl-cert-snakeoil.key', 'of the builder');
  write(root, 'etc/ssl/certs/ssl-cert-snakeoil.pem', 'of the builder');
  write(root, 'etc/ssl/certs/ca-certificates.crt', 'of everybody');
  write(root, 'etc/machine-id', `${'a'.repeat(32)}\n`);
}

test('a tree has no keys of the machine that it was made on, and its guests make their own', () => {
  makeServer();
  layOut(root);
  expect(readdirSync(join(root, 'usr/etc/ssh'))).toEqual(['sshd_config']);
  expect(readdirSync(join(root, 'usr/etc/ssl/certs'))).toEqual(['ca-certificates.crt']);
  expect(readFileSync(join(root, 'usr/etc/machine-id'), 'utf8')).toBe('');
  expect(readFileSync(join(root, unit), 'utf8')).toContain(
    'ExecStart=-/bin/sh -c "set -- /etc/ssh/ssh_host_*_key; [ -e \\"$$1\\" ] || { ssh-keygen -A; }"\n',
  );
  expect(
    readlinkSync(join(root, 'usr/lib/systemd/system/sysinit.target.wants/ostree-guest-identity.service')),
  ).toBe('../ostree-guest-identity.service');
});

test('a tree that packages are added to goes on making what it made', () => {
  makeServer();
  layOut(root);
  const before = readFileSync(join(root, unit), 'utf8');
  undoEtc(root);
  write(root, 'etc/iscsi/initiatorname.iscsi', 'InitiatorName=iqn.builder\n');
  layOut(root);
  const after = readFileSync(join(root, unit), 'utf8').split('\n');
  expect(before.split('\n').filter((line) => !after.includes(line))).toEqual([]);
  expect(after.join('\n')).toContain('iscsi-iname');
});

test('a tree without such files gets no unit', () => {
  write(root, 'usr/lib/systemd/system/ssh.service', '');
  write(root, 'etc/machine-id', 'uninitialized\n');
  expect(forgetIdentity(root)).toEqual([]);
  expect(existsSync(join(root, unit))).toBe(false);
  expect(readFileSync(join(root, 'etc/machine-id'), 'utf8')).toBe('uninitialized\n');
});

test('each command of the unit is one that sh reads, and that does nothing where the files are there', () => {
  makeServer();
  write(root, 'etc/iscsi/initiatorname.iscsi', 'x');
  write(root, 'etc/bind/rndc.key', 'x');
  forgetIdentity(root);
  const commands = [...readFileSync(join(root, unit), 'utf8').matchAll(/^ExecStart=-\/bin\/sh -c "(.*)"$/gm)];
  expect(commands).toHaveLength(5);
  for (const [, command = ''] of commands) {
    const script = command.replaceAll('$$', '$').replaceAll('\\"', '"');
    execFileSync('/bin/sh', ['-n', '-c', script]);
    const there = script.replace(/^set -- \S+;/, 'set -- / /etc;');
    expect(there).not.toBe(script);
    expect(execFileSync('/bin/sh', ['-c', there], { encoding: 'utf8', env: { PATH: '' } })).toBe('');
  }
});

const report = { step: () => undefined, progress: () => undefined, warn: () => undefined };
const deployments = () =>
  [next, root].map((path) => ({ path })) as unknown as Parameters<typeof keepIdentity>[0];

test('a guest keeps the keys that came with its old tree, with their modes', () => {
  makeServer();
  write(next, 'etc/ssh/sshd_config', 'Port 22\n');
  write(next, 'etc/machine-id', '');
  rmSync(join(root, 'etc/ssh/ssh_host_rsa_key'));
  write(root, 'etc/ssh/ssh_host_rsa_key', 'of this guest', 0o600);
  keepIdentity(deployments(), report);
  const key = join(next, 'etc/ssh/ssh_host_rsa_key');
  expect([readFileSync(key, 'utf8'), statSync(key).mode & 0o777]).toEqual(['of this guest', 0o600]);
  expect(readFileSync(join(next, 'etc/machine-id'), 'utf8')).toBe(`${'a'.repeat(32)}\n`);
  // Its new tree has no such package.
  expect(existsSync(join(next, 'etc/ssl'))).toBe(false);
});

test('the keys of the new deployment are not replaced', () => {
  makeServer();
  write(next, 'etc/ssh/ssh_host_rsa_key', 'merged by OSTree');
  keepIdentity(deployments(), report);
  expect(readFileSync(join(next, 'etc/ssh/ssh_host_rsa_key'), 'utf8')).toBe('merged by OSTree');
});

test('links that root in the guest made lead nowhere', () => {
  makeServer();
  const outside = mkdtempSync(join(tmpdir(), 'outside-'));
  try {
    mkdirSync(join(next, 'etc'));
    symlinkSync(outside, join(next, 'etc/ssh'));
    keepIdentity(deployments(), report);
    rmSync(join(root, 'etc/ssh'), { recursive: true });
    writeFileSync(join(outside, 'ssh_host_x_key'), 'secret of the host');
    symlinkSync(outside, join(root, 'etc/ssh'));
    rmSync(join(next, 'etc/ssh'));
    mkdirSync(join(next, 'etc/ssh'));
    keepIdentity(deployments(), report);
    expect(readdirSync(join(next, 'etc/ssh'))).toEqual([]);
    expect(readdirSync(outside)).toEqual(['ssh_host_x_key']);
  } finally {
    rmSync(outside, { recursive: true });
  }
});
