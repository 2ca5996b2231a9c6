// Images that have an OSTree commit in them, as those of Fedora's bootable containers: pulled by ostree itself where it
// can, which a stand-in does here (see ostree-container), and unpacked like any other where it cannot.
import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  declare,
  guestFile,
  guestsOnDisk,
  inGuest,
  reboot,
  repositoryOf,
  start,
  status,
  treeOnDisk,
  update,
  updateJournal,
} from '../host/guests.ts';
import { bootHost, type Host, outside } from '../host/host.ts';
import { makeMirror } from '../host/mirror.ts';
import { type Labels, type Layer, makeEncapsulatedLayer, makeLayer, writeImage } from '../host/oci-image.ts';
import { checkout } from '../host/paths.ts';

let host: Host;
let base: { layer: Layer; labels: Labels };
const layers: Layer[] = [];

/** Publishes the image with one more layer, in this version. */
async function publish(version: string, script: string): Promise<string> {
  layers.push(await makeLayer(host.work, `layer-${layers.length}`, script));
  const labels = { ...base.labels, 'org.opencontainers.image.version': version };
  return writeImage(outside(host, '/srv/image'), 'os', [base.layer, ...layers], labels);
}

const release = (text: string) => `mkdir -p usr/share; echo ${text} >usr/share/release`;
const guest = '[Guest]\nImage=oci:/srv/image:os\n\n[Update]\nTries=1\nHealthTimeoutSec=3min\n';
const show = async (name: string, key: string) => {
  const { running, deployments } = await status(host, name);
  const commit = running?.checksum ?? deployments[0]?.checksum;
  return host.try(`ostree show --repo=${repositoryOf(name)} --print-metadata-key=${key} ${commit}`);
};
const refs = (name: string) => host.sh(`ostree refs --repo=${repositoryOf(name)} --list ostree/container`);

beforeAll(async () => {
  host = await bootHost();
  base = await makeEncapsulatedLayer(host);
  await publish('1', release('one'));
});
afterAll(() => host?.stop());

test('without the extension of ostree it is an image like any other, and its objects are no part of the tree', async () => {
  await declare(host, 'plain', guest);
  await update(host, 'plain');
  const [created] = (await status(host, 'plain')).deployments;
  const list = `ostree ls --repo=${repositoryOf('plain')} ${created?.checksum}`;
  expect((await host.sh(`${list} /sysroot`)).split('\n')).toHaveLength(1);
  expect(await host.sh(`${list} /usr/share/release /usr/etc/greeting`)).toMatch(/release\n.*greeting/);
  expect((await show('plain', 'ostree.manifest')).exitCode).toBe(1);
});

test('ostree pulls it where it can, and the commit is what ostree made of it', async () => {
  const extensions = outside(host, '/usr/libexec/libostree/ext');
  await mkdir(extensions, { recursive: true });
  await copyFile(join(checkout(), 'test/host/ostree-container'), join(extensions, 'ostree-container'));
  await chmod(join(extensions, 'ostree-container'), 0o755);
  await declare(host, 'os', guest);
  await update(host, 'os');
  await start(host, 'os');
  expect(await inGuest(host, 'os', 'cat /usr/share/release; systemctl is-system-running')).toBe(
    'one\nrunning',
  );
  expect((await show('os', 'ostree.manifest')).stdout).toContain('schemaVersion');
  expect(await refs('os')).toMatch(/^ostree\/container\/image\/oci_3A__2F_srv\/image_3A_os$/m);
  expect((await refs('os')).match(/^ostree\/container\/blob\/sha256_3A_[0-9a-f]{64}$/gm)).toHaveLength(2);
  expect(await updateJournal(host, 'os')).toMatch(/Created from oci:\/srv\/image:os/);
});

test('nothing new is nothing to do', async () => {
  const before = await status(host, 'os');
  await update(host, 'os');
  expect(await status(host, 'os')).toMatchObject({ staged: null, deployments: before.deployments });
});

test('its tag moving is the update, of which only the new layer comes; it can be rolled back', async () => {
  await inGuest(host, 'os', 'echo kept >/etc/kept');
  await publish('2', release('two'));
  await update(host, 'os');
  expect(await host.sh('guestctl diff os')).toMatch(/^1 .* -> 2 /);
  await reboot(host, 'os');
  expect(await inGuest(host, 'os', 'cat /usr/share/release /etc/kept')).toBe('two\nkept');
  expect((await refs('os')).match(/blob/g)).toHaveLength(3);
  await host.run('guestctl', 'rollback', 'os');
  await reboot(host, 'os');
  expect(await inGuest(host, 'os', 'cat /usr/share/release /etc/kept')).toBe('one\nkept');
});

test('a bad image is given up', async () => {
  const good = (await status(host, 'os')).running?.checksum;
  const units = 'usr/lib/systemd/system';
  await publish(
    '3',
    `mkdir -p ${units}/multi-user.target.wants; ln -s ../bad.service ${units}/multi-user.target.wants
     printf '[Service]\\nType=oneshot\\nExecStart=false\\n' >${units}/bad.service`,
  );
  await update(host, 'os');
  expect((await host.try('systemctl start ostree-guest-switch@os')).exitCode).toBe(1);
  expect((await status(host, 'os')).running?.checksum).toBe(good);
  await update(host, 'os');
  expect((await status(host, 'os')).staged).toBeNull();
});

test('a second guest of it takes next to no room', async () => {
  const before = await guestsOnDisk(host);
  await declare(host, 'second', guest);
  await update(host, 'second');
  expect((await guestsOnDisk(host)) - before).toBeLessThan(0.05 * (await treeOnDisk(host, 'os')));
});

test('of a guest that follows a ref then, nothing of the image is kept but what it can go back to', async () => {
  await makeMirror(host);
  await declare(host, 'second', guestFile());
  await update(host, 'second');
  expect(await refs('second')).toBe('');
});
