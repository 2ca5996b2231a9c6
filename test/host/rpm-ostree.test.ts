import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fingerprint } from './fingerprint.ts';
import { declare, inGuest, reboot, start, status, update, updateJournal } from './guests.ts';
import { bootHost, type Host, outside } from './host.ts';
import { checkout } from './paths.ts';
import { hostRecipe } from './recipe.ts';

let host: Host;

/** Publishes the tree of an OSTree system, with the stand-in for rpm-ostree in it. */
async function publish(
  version: string,
  files: Readonly<Record<string, string>> = {},
  ref = 'own/server',
): Promise<string> {
  const overlay = await mkdtemp(join(host.work, 'own-'));
  await chmod(overlay, 0o755);
  const all = { ...marks, '/usr/share/release': version, ...files };
  for (const [path, content] of Object.entries(all)) {
    await mkdir(dirname(join(overlay, path)), { recursive: true });
    await writeFile(join(overlay, path), content);
    if (path.endsWith('.service')) await enable(join(overlay, path));
  }
  await mkdir(join(overlay, 'usr/bin'));
  await copyFile(join(checkout(), 'test/host/rpm-ostree'), join(overlay, 'usr/bin/rpm-ostree'));
  await chmod(join(overlay, 'usr/bin/rpm-ostree'), 0o755);
  const { stdout } = await execa('ostree', [
    ...['commit', `--repo=${outside(host, '/srv/own/repo')}`, `--branch=${ref}`],
    ...[`--tree=ref=${hostRecipe.ref}`, `--tree=dir=${overlay}`, `--add-metadata-string=version=${version}`],
  ]);
  await rm(overlay, { recursive: true });
  return stdout.trim();
}

/** The service is started with every boot. */
async function enable(file: string): Promise<void> {
  const wants = join(dirname(file), 'multi-user.target.wants');
  await mkdir(wants, { recursive: true });
  await symlink(`../${basename(file)}`, join(wants, basename(file)));
}

const units = '/usr/lib/systemd/system';
const marks = {
  // Tells how often the guest was started with its services.
  [`${units}/mark.service`]: '[Service]\nType=oneshot\nExecStart=/bin/sh -c "echo started >>/var/marks"\n',
  '/usr/lib/rpms/removable': '/usr/share/removable\n',
  '/usr/share/removable': 'here\n',
};
const failing = '[Service]\nType=oneshot\nExecStart=false\n';
const bad = { [`${units}/bad.service`]: failing };

const guestFile = (more = '') => `[Guest]
Ref=own:own/server

[Remote]
URL=file:///srv/own/repo

[Files]
BindReadOnly=/srv/own/rpms

[Update]
By=rpm-ostree
Tries=1
HealthTimeoutSec=60s
${more}`;

const switchTo = () => host.try('systemctl start ostree-guest-switch@own');
const assessed = () =>
  host.sh('while systemctl is-active --quiet ostree-guest-assess@own; do sleep 0.2; done');
const release = () => inGuest(host, 'own', 'cat /usr/share/release');

beforeAll(async () => {
  host = await bootHost();
  const repo = outside(host, '/srv/own/repo');
  await mkdir(dirname(repo), { recursive: true });
  await execa('cp', ['-al', host.trees.repo, repo]);
  await rm(join(repo, '.lock'), { force: true });
  for (const name of ['tool', 'second-tool', 'broken-tool']) {
    const files = outside(host, `/srv/own/rpms/${name}/usr`);
    await mkdir(join(files, 'share'), { recursive: true });
    await writeFile(join(files, `share/${name}`), `${name}\n`);
  }
  const broken = outside(host, `/srv/own/rpms/broken-tool${units}/broken.service`);
  await mkdir(dirname(broken), { recursive: true });
  await writeFile(broken, failing);
  await enable(broken);
  await publish('1');
});
afterAll(() => host?.stop());

test('a guest that manages itself is a booted OSTree system of its own', async () => {
  const before = await fingerprint(host);
  await declare(host, 'own', guestFile());
  await update(host, 'own');
  await host.sh('test -c /dev/fuse || mknod --mode=666 /dev/fuse c 10 229');
  await start(host, 'own');
  expect(await inGuest(host, 'own', 'stat -c "%t:%T %a" /dev/fuse')).toBe('a:e5 666');
  expect(await host.sh('systemctl show -P DeviceAllow systemd-nspawn@own')).toContain('/dev/fuse rwm');
  expect(await release()).toBe('1');
  expect(await inGuest(host, 'own', 'ostree admin status')).toMatch(/^\* own [0-9a-f]{64}\.0/);
  expect(await inGuest(host, 'own', 'rpm-ostree status --json')).toContain('"booted":true');
  expect(await inGuest(host, 'own', '! touch /usr/x 2>&1')).toContain('Read-only file system');
  expect(await fingerprint(host)).toEqual(before);
});

test('its update is staged inside, shown outside, and finalized by its shutdown, with late edits of /etc', async () => {
  const before = await fingerprint(host);
  const second = await publish('2');
  await update(host, 'own');
  expect(await status(host, 'own')).toMatchObject({ state: 'running', staged: { checksum: second } });
  expect(await host.sh('guestctl status own')).toContain(second.slice(0, 12));
  expect(await inGuest(host, 'own', 'echo late >/etc/late; ls /run/ostree')).toContain('staged-deployment');
  await reboot(host, 'own');
  expect(await release()).toBe('2');
  expect(await inGuest(host, 'own', 'cat /etc/late')).toBe('late');
  expect(await status(host, 'own')).toMatchObject({ running: { checksum: second }, staged: null });
  await assessed();
  await update(host, 'own');
  expect(await updateJournal(host, 'own')).toContain(`Up to date: 2 (${second.slice(0, 12)})`);
  expect(await fingerprint(host)).toEqual(before);
});

test('one that is stopped is updated without its services, and is stopped afterwards', async () => {
  const started = await inGuest(host, 'own', 'wc -l </var/marks');
  await host.sh('systemctl stop systemd-nspawn@own');
  const third = await publish('3');
  await update(host, 'own');
  expect((await status(host, 'own')).state).toBe('stopped');
  expect((await host.try('systemctl is-active ostree-guest-maintenance@own')).stdout).toBe('inactive');
  expect((await status(host, 'own')).deployments[0]?.checksum).toBe(third);
  await start(host, 'own');
  expect(await release()).toBe('3');
  expect(await inGuest(host, 'own', 'cat /etc/late; wc -l </var/marks')).toBe(`late\n${Number(started) + 1}`);
  await assessed();
});

test('what is done by hand inside works, is shown, and is assessed', async () => {
  await inGuest(host, 'own', 'rpm-ostree install tool');
  expect((await status(host, 'own')).staged).not.toBeNull();
  await reboot(host, 'own');
  expect(await inGuest(host, 'own', 'cat /usr/share/tool /usr/share/release')).toBe('tool\n3');
  await assessed();
  expect(await host.sh('guestctl history own')).toMatch(/3/);

  await inGuest(host, 'own', 'rpm-ostree rollback');
  await reboot(host, 'own');
  expect(await inGuest(host, 'own', 'cat /usr/share/release; test ! -e /usr/share/tool')).toBe('3');
  await inGuest(host, 'own', 'rpm-ostree rollback');
  await reboot(host, 'own');
  expect(await inGuest(host, 'own', 'cat /usr/share/tool')).toBe('tool');

  await inGuest(host, 'own', 'rpm-ostree install broken-tool');
  await switchTo();
  expect(await inGuest(host, 'own', 'cat /usr/share/tool; test ! -e /usr/share/broken-tool')).toBe('tool');
  expect(await host.sh('guestctl history own')).toContain('broken.service');
});

test('a bad update is given up, and not brought again; its packages follow a good one', async () => {
  const good = (await status(host, 'own')).running?.checksum;
  await publish('4', bad);
  await update(host, 'own');
  expect((await switchTo()).exitCode).toBe(1);
  expect((await status(host, 'own')).running?.checksum).toBe(good);
  await update(host, 'own');
  expect((await status(host, 'own')).staged).toBeNull();
  expect(await updateJournal(host, 'own')).toContain('4 failed before: ');

  await publish('5');
  await update(host, 'own');
  expect((await switchTo()).exitCode).toBe(0);
  expect(await inGuest(host, 'own', 'cat /usr/share/release /usr/share/tool /etc/late')).toBe('5tool\nlate');
});

test('its requested packages are brought to the declaration', async () => {
  await declare(host, 'own', `${guestFile()}\n[Packages]\nInstall=second-tool\nRemove=removable\n`);
  await update(host, 'own');
  await reboot(host, 'own');
  const seen =
    'cat /usr/share/second-tool /usr/share/release; test ! -e /usr/share/tool; test ! -e /usr/share/removable';
  expect(await inGuest(host, 'own', seen)).toBe('second-tool\n5');
  const { running } = await status(host, 'own');
  await assessed();
  await update(host, 'own');
  expect(await status(host, 'own')).toMatchObject({ running, staged: null });
});

test('a rebase by hand is shown, assessed at its start, and followed', async () => {
  const good = (await status(host, 'own')).running?.checksum;
  await publish('6', bad, 'own/other');
  await inGuest(host, 'own', 'rpm-ostree rebase own:own/other');
  expect(await host.sh('guestctl status own')).toMatch(/Staged: own:own\/other \(/);
  expect((await switchTo()).exitCode).toBe(1);
  expect((await status(host, 'own')).running?.checksum).toBe(good);
  expect(await host.sh('guestctl status own')).not.toContain('rebased');

  await publish('7', {}, 'own/other');
  await inGuest(host, 'own', 'rpm-ostree rebase own:own/other');
  await reboot(host, 'own');
  expect(await release()).toBe('7');
  expect(await host.sh('guestctl status own')).toContain('own:own/other is what it was rebased to, inside');
  await assessed();
  expect(await status(host, 'own')).toMatchObject({ trial: null });
  await publish('8', {}, 'own/other');
  await update(host, 'own');
  expect((await status(host, 'own')).staged).not.toBeNull();
});
