// Whether a remote has anything new, asked by the real script, on directories of its own, with an ostree(1) that the cases choose.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { showsFiles } from '../../src/steps/update/answer.ts';
import { turnOf } from '../../src/steps/update/turn.ts';
import { commit } from './names.ts';

const work = mkdtempSync(join(tmpdir(), 'ask-first-'));
afterAll(() => rmSync(work, { recursive: true }));
const at = (path: string) => join(work, path);
const sysroot = at('state/mail/sysroot');
const ref = 'state/mail/sysroot/ostree/repo/refs/remotes/site/debian';

function write(path: string, text: string): void {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), text);
}

function run(...args: string[]) {
  const env = { PATH: `${at('bin')}:${process.env['PATH']}` };
  const { stdout, status } = spawnSync('sh', [at('lib/ask-first'), ...args], { env, encoding: 'utf8' });
  return { stdout, status };
}

const words = 'Up to date: site:debian (aaaa)';
const script = readFileSync('src/steps/update/ask-first', 'utf8')
  .replaceAll('/tmp/', at('tmp/'))
  .replaceAll('/var/lib/ostree-guests', at('state'))
  .replaceAll('/proc/self/mountinfo', at('mountinfo'))
  .replaceAll(/(?<![\w$])\/(?=etc|run\/(?!ostree )|usr\/lib|ostree\/repo)/g, `${work}/`)
  .replaceAll('@NODE@', at('bin/node'));

beforeEach(() => {
  rmSync(work, { recursive: true, force: true });
  write('lib/ask-first', script);
  write('lib/update.cjs', '');
  write(
    'bin/node',
    `#!/bin/sh\necho the update itself\necho "$3" >${at('known')}; echo "$4" >${at('turn')}\n`,
  );
  write('bin/install', `#!/bin/sh\necho "$*" >${at('closed')}\n`);
  write('bin/ostree', `#!/bin/sh\necho "$*" >${at('asked')}\n`);
  for (const name of ['node', 'install', 'ostree']) chmodSync(at(`bin/${name}`), 0o755);
  mkdirSync(at('tmp'));
  write('mountinfo', '36 35 98:0 / /run/ostree rw,noatime - tmpfs tmpfs rw\n');
  write('etc/ostree-guests/mail.guest', '[Guest]\n');
  write('etc/ostree-guests/guest.d/all.conf', '');
  write('etc/ostree/remotes.d/site.conf', '');
  write('state/mail/sysroot/boot/loader/entries/one.conf', '');
  write('state/mail/sysroot/ostree/repo/config', '');
  write('generated', '');
  write(ref, `${commit('a')}\n`);
  answer();
});

function answer(older: string = commit('z')): void {
  const { stdout } = run('--picture', 'mail', sysroot, 'site');
  const lines = [
    sysroot,
    'site',
    'debian',
    older,
    commit('a'),
    at('generated'),
    '2',
    '',
    words,
    '',
    '',
    '',
    '',
  ];
  write('state/mail/answer', `${lines.join('\n')}\n${stdout}`);
}

/** The answer for a guest with [Packages], which asks one repository. */
function answerWithPackages(until: string): void {
  for (const file of ['etc/site.sources', 'etc/tool.deb']) write(file, '');
  write(
    'bin/confined',
    `#!/bin/sh\n[ "$*" = '--is=-/bin -/sbin -- curl' ] && cat >${at('requests')} && echo 304,\n`,
  );
  chmodSync(at('bin/confined'), 0o755);
  const files = [at('etc/site.sources'), at('etc/tool.deb')];
  const { stdout } = run('--picture', 'mail', sysroot, 'site', ...files);
  const known = [sysroot, 'site', 'debian', '', commit('a'), at('generated'), '', files.join(' '), words];
  const command = ['confined', '--is=-/bin -/sbin', '--', 'curl', ''];
  const lines = [...known, until, '304,', ...command, 'url = "http://apt/InRelease"', 'silent', ''];
  write('state/mail/answer', `${lines.join('\n')}\n${stdout}`);
}

test('the same answer as before, and nothing has changed: Node does not start', () => {
  expect(run('mail')).toEqual({ stdout: `${words}\n`, status: 0 });
  expect(readFileSync(at('state/mail/updated'), 'utf8')).toBe('');
  const question = `pull --commit-metadata-only --timestamp-check-from-rev=${commit('z')} site debian`;
  expect(readFileSync(at('asked'), 'utf8')).toBe(`--repo=${sysroot}/ostree/repo ${question}\n`);
  expect(readFileSync(at('closed'), 'utf8')).toBe(`-d -o root -g root -m 700 ${sysroot}\n`);
});

test('a success is noted with its time, which changes no answer, and needs no room on the disk', () => {
  write('state/mail/updated', '');
  utimesSync(at('state/mail/updated'), 1, 1);
  expect(run('mail').stdout).toBe(`${words}\n`);
  expect(statSync(at('state/mail/updated')).mtimeMs).toBeGreaterThan(1000);
  expect(run('mail').stdout).toBe(`${words}\n`);
  rmSync(at('state/mail/updated'));
  mkdirSync(at('state/mail/updated'));
  expect(run('mail')).toEqual({ stdout: `${words}\n`, status: 0 });
});

test('a guest on trial is left to the update, which makes up for an assessment that was lost', () => {
  write('state/mail/trials/x.0+1.json', '');
  expect(run('mail').stdout).toBe('the update itself\n');
  expect(existsSync(at('asked'))).toBe(false);
});

test('a guest that may be downgraded accepts any answer', () => {
  answer('');
  expect(run('mail').stdout).toBe(`${words}\n`);
  expect(readFileSync(at('asked'), 'utf8')).toMatch(/ pull --commit-metadata-only site debian\n$/);
});

/** Replaces a file by one that looks the same, with the times that it had. */
function replace(path: string): void {
  const text = readFileSync(at(path));
  writeFileSync(at('new'), text);
  utimesSync(at('new'), 0, 0);
  renameSync(at('new'), at(path));
}

test.each<[string, () => void]>([
  ['the guest was never up to date', () => rmSync(at('state/mail/answer'))],
  ['the answer is cut off', () => write('state/mail/answer', `${sysroot}\nsite\n`)],
  ['the remote has no such ref', () => rmSync(at(ref))],
  ['the remote does not answer', () => write('bin/ostree', '#!/bin/sh\nexit 1\n')],
  ['the guest file has changed', () => write('etc/ostree-guests/mail.guest', '[Guest]\n\n')],
  ['the guest file was replaced', () => replace('etc/ostree-guests/mail.guest')],
  ['the guest file is gone', () => rmSync(at('etc/ostree-guests/mail.guest'))],
  ['the mode of the guest file has changed', () => chmodSync(at('etc/ostree-guests/mail.guest'), 0o600)],
  ['a guest file overrides it', () => write('run/ostree-guests/mail.guest', '')],
  ['there is a drop-in', () => write('etc/ostree-guests/mail.guest.d/one.conf', '')],
  ['a drop-in for all is gone', () => rmSync(at('etc/ostree-guests/guest.d/all.conf'))],
  ['there are settings of nspawn', () => write('etc/systemd/nspawn/mail.nspawn', '')],
  ['a remote of the host has changed', () => replace('etc/ostree/remotes.d/site.conf')],
  ['the remotes of the host have changed', () => write('ostree/repo/config', '')],
  ['a key of the host has changed', () => write('ostree/repo/site.trustedkeys.gpg', '')],
  ['the repository is configured anew', () => replace('state/mail/sysroot/ostree/repo/config')],
  ['the repository has a key', () => write('state/mail/sysroot/ostree/repo/site.trustedkeys.gpg', '')],
  ['a boot entry has changed', () => replace('state/mail/sysroot/boot/loader/entries/one.conf')],
  ['there is a boot entry', () => write('state/mail/sysroot/boot/loader/entries/two.conf', '')],
  ['there is another stateroot', () => write('state/mail/sysroot/ostree/deploy/other/x', '')],
  ['something is staged', () => write('state/mail/staged.json', '{}')],
  ['a rollback is wanted', () => write('state/mail/rollback.json', '{}')],
  ['a clean-up was interrupted', () => write('state/mail/cleaning.json', '{}')],
  ['an export has left something', () => write('state/mail/sysroot/export/repo/config', '')],
  ['a layer was left over', () => write('state/mail/layers/x', '')],
  ['the program is another one', () => replace('lib/update.cjs')],
  ['systemd does not know the guest', () => rmSync(at('generated'))],
  ['/run/ostree is that of the host', () => write('mountinfo', '36 35 98:0 / /run rw - tmpfs tmpfs rw\n')],
])('the update does all of it if %s', (_, change) => {
  expect(run('mail').stdout).toBe(`${words}\n`);
  change();
  if (readFileSync(at('bin/ostree'), 'utf8').includes('exit 1')) chmodSync(at('bin/ostree'), 0o755);
  expect(run('mail')).toEqual({ stdout: 'the update itself\n', status: 0 });
  // It asks by itself.
  expect(readFileSync(at('known'), 'utf8')).toBe('\n');
});

/** A shell that prints "ready" when the script has come so far, and goes on when its standard input ends. */
async function heldBy(script: string): Promise<ChildProcess> {
  const env = { PATH: `${at('bin')}:${process.env['PATH']}` };
  const child = spawn('sh', ['-c', script], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

test.each([
  ['', 'an index that never expires'],
  [String(Math.floor(Date.now() / 1000) + 3600), 'an index that has not expired'],
])('repositories of packages are asked on condition (%s: %s)', (until) => {
  answerWithPackages(until);
  expect(run('mail')).toEqual({ stdout: `${words}\n`, status: 0 });
  expect(readFileSync(at('requests'), 'utf8')).toBe('\nurl = "http://apt/InRelease"\nsilent\n');
});

test('the repositories are asked while the remote is asked', () => {
  answerWithPackages('');
  const waits = (file: string) =>
    `for try in 1 2 3 4 5 6 7 8 9; do [ -e ${file} ] && exit; sleep 1; done; exit 1\n`;
  write('bin/ostree', `#!/bin/sh\n>${at('asked')}; ${waits(at('requests'))}`);
  write('bin/confined', `#!/bin/sh\ncat >${at('requests')}; printf 304,; ${waits(at('asked'))}`);
  expect(run('mail')).toEqual({ stdout: `${words}\n`, status: 0 });
});

test.each<[string, () => void]>([
  ['a repository has something new', () => write('bin/confined', '#!/bin/sh\necho 200,\n')],
  ['a repository does not answer', () => write('bin/confined', '#!/bin/sh\necho 000,; exit 7\n')],
  ['the index has expired', () => answerWithPackages('1700000000')],
  ['a file of the site has changed', () => replace('etc/site.sources')],
  ['a package of the site is gone', () => rmSync(at('etc/tool.deb'))],
])('the update does all of it, and holds up no others, if %s', (_, change) => {
  mkdirSync(at('state/.slots'));
  answerWithPackages('');
  change();
  expect(run('mail')).toEqual({ stdout: 'the update itself\n', status: 0 });
  expect(readFileSync(at('turn'), 'utf8')).toBe('\n');
});

const turn = at('state/.slots/turn-2');

test('of updates that wait for a slot, one is a Node, and the next waits in the kernel until that one has it', async () => {
  mkdirSync(at('state/.slots'));
  write(ref, `${commit('b')}\n`);
  const isFree = `flock --nonblock ${turn} true`;
  write('bin/node', `#!/bin/sh\n! ${isFree} && exec 9>&- && ${isFree} && echo "$4" >${at('turn')}\n`);
  const holder = await heldBy(`exec 9>${turn}; flock 9; echo ready; cat`);
  const waiting = await heldBy(`exec sh ${at('lib/ask-first')} mail`);
  expect(existsSync(at('turn'))).toBe(false);
  holder.stdin?.end();
  await once(waiting, 'exit');
  expect(readFileSync(at('turn'), 'utf8')).toBe('9\n');
});

test('the update closes the descriptor that it is given, once', () => {
  write('one', '');
  const descriptor = openSync(at('one'), 'r');
  const letNext = turnOf(String(descriptor));
  letNext();
  expect(() => fstatSync(descriptor)).toThrow('EBADF');
  letNext();
  turnOf('')();
});

test('the update goes on without a turn if there can be no lock', () => {
  write(ref, `${commit('b')}\n`);
  expect(run('mail')).toEqual({ stdout: 'the update itself\n', status: 0 });
  expect(readFileSync(at('turn'), 'utf8')).toBe('\n');
});

test.each([commit('z'), ''])('the update does not ask again if the remote offers another commit', (older) => {
  answer(older);
  write(ref, `${commit('b')}\n`);
  expect(run('mail')).toEqual({ stdout: 'the update itself\n', status: 0 });
  expect(readFileSync(at('known'), 'utf8')).toBe(`site:debian ${older}\n`);
});

test('a picture without files is no picture', () => {
  expect(showsFiles(run('--picture', 'mail', sysroot, 'site').stdout)).toBe(true);
  write('bin/stat', '#!/bin/sh\necho "stat: unknown option" >&2; exit 1\n');
  chmodSync(at('bin/stat'), 0o755);
  expect(showsFiles(run('--picture', 'mail', sysroot, 'site').stdout)).toBe(false);
});
