import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  copiesOf,
  declare,
  end,
  eventually,
  failingUpdate,
  guestsOnDisk,
  inGuest,
  reboot,
  repositoryOf,
  start,
  status,
  treeOnDisk,
  update,
} from './guests.ts';
import { bootHost, type Host, outside } from './host.ts';
import { type Layer, makeBaseLayer, makeLayer, writeImage } from './oci-image.ts';
import { fetchedBlobs, serveImages } from './registry.ts';
import { serveTls, tls } from './tls.ts';

let host: Host;
let base: Layer;
let layers = 0;

/** Puts an image of the base and a layer made by a script under a tag: its digest. */
async function publish(
  tag: string,
  script: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<string> {
  layers += 1;
  const layer = await makeLayer(host.work, `layer-${layers}`, script);
  return writeImage(outside(host, '/srv/image'), tag, [base, layer], labels);
}

const version = (name: string) => ({ 'org.opencontainers.image.version': name });
const guest = (image: string, more = '') => `[Guest]\nImage=${image}\n\n${more}`;
const metadata = (name: string, commit: string) =>
  host.sh(`ostree show --repo=${repositoryOf(name)} --print-metadata-key=ostree.manifest-digest ${commit}`);

beforeAll(async () => {
  host = await bootHost();
  base = await makeBaseLayer(host);
});
afterAll(() => host?.stop());

test('a guest is created from an image, and is a Debian like any other', async () => {
  const digest = await publish(
    '12',
    `mkdir -p usr/share; echo one >usr/share/release; touch usr/share/.wh.bug
     mknod usr/share/null c 1 3
     for name in trusted.note security.ima; do setfattr -n $name -v kept usr/share/release; done`,
    version('12.1'),
  );
  await declare(host, 'web', guest('oci:/srv/image:12'));
  await update(host, 'web');
  const [created] = (await status(host, 'web')).deployments;
  expect(await metadata('web', created?.checksum ?? '')).toBe(`'${digest}'`);
  const listed = `ostree ls -X --repo=${repositoryOf('web')} ${created?.checksum} /usr/share/release`;
  expect(await host.sh(listed)).toMatch(/security\.ima.*trusted\.note/);
  await start(host, 'web');
  expect(
    await inGuest(host, 'web', 'cat /usr/share/release; systemctl is-system-running; stat -c %a /usr/bin/su'),
  ).toBe('one\nrunning\n4755');
  expect(await inGuest(host, 'web', 'test ! -e /usr/share/bug; dpkg-query -W dpkg')).toMatch(/^dpkg\t\d/);
  expect(
    await inGuest(
      host,
      'web',
      'cat /var/lib/from-image; ls -d /home/. /srv/. /opt/.; findmnt -no OPTIONS -T /usr',
    ),
  ).toMatch(/^in the image\n(.*\n)*ro,/);
  const origin = '/var/lib/ostree-guests/web/sysroot/ostree/deploy/web/deploy/*.origin';
  expect(await host.sh(`cat ${origin}`)).toContain(
    'container-image-reference=ostree-unverified-image:oci:/srv/image:12',
  );
});

test('nothing new is known by the digest alone', async () => {
  await update(host, 'web');
  expect((await status(host, 'web')).staged).toBeNull();
});

test('the tag moving is the update; what was edited in /etc is kept', async () => {
  await inGuest(host, 'web', 'echo mine >>/etc/greeting; echo kept >/etc/kept; echo kept >/var/kept');
  const digest = await publish(
    '12',
    'mkdir -p usr/share etc usr/lib/systemd/system; echo two >usr/share/release; echo new >etc/new; touch etc/.wh.debconf.conf usr/lib/systemd/system/.wh.greeting.socket',
    version('12.2'),
  );
  await update(host, 'web');
  await reboot(host, 'web');
  const { running, staged } = await status(host, 'web');
  expect(staged).toBeNull();
  expect(await metadata('web', running?.checksum ?? '')).toBe(`'${digest}'`);
  expect(
    await inGuest(
      host,
      'web',
      'cat /usr/share/release /etc/new /etc/kept /var/kept; tail -1 /etc/greeting; test ! -e /etc/debconf.conf; test ! -e /usr/lib/systemd/system/greeting.socket',
    ),
  ).toBe('two\nnew\nkept\nkept\nmine');
  expect(await copiesOf(host, 'web', 'usr/bin/dpkg')).toBe('1');
});

test('a bad image is given up for the one before, and a good one can be rolled back', async () => {
  // Else it goes back to the one before that.
  await end(host, 'ostree-guest-assess@web');
  const good = (await status(host, 'web')).running?.checksum;
  await declare(host, 'web', guest('oci:/srv/image:12', '[Update]\nTries=1\nHealthTimeoutSec=3min\n'));
  await publish(
    '12',
    `mkdir -p usr/lib/systemd/system/multi-user.target.wants
     printf '[Service]\\nType=oneshot\\nExecStart=false\\n' >usr/lib/systemd/system/bad.service
     ln -s ../bad.service usr/lib/systemd/system/multi-user.target.wants/bad.service`,
    version('12.3'),
  );
  await update(host, 'web');
  expect((await host.try('systemctl start ostree-guest-switch@web')).exitCode).toBe(1);
  expect((await status(host, 'web')).running?.checksum).toBe(good);
  await update(host, 'web');
  expect((await status(host, 'web')).staged).toBeNull();

  await publish('12', 'mkdir -p usr/share; echo four >usr/share/release', version('12.4'));
  await update(host, 'web');
  await host.run('systemctl', 'start', 'ostree-guest-switch@web');
  expect(await inGuest(host, 'web', 'cat /usr/share/release /etc/kept')).toBe('four\nkept');
  await host.run('guestctl', 'rollback', 'web');
  await reboot(host, 'web');
  expect((await status(host, 'web')).running?.checksum).toBe(good);
  expect(await inGuest(host, 'web', 'cat /usr/share/release /etc/kept')).toBe('two\nkept');
});

test('a second guest of the image costs next to nothing, from a registry as well', async () => {
  await serveImages(host);
  const before = await guestsOnDisk(host);
  await declare(host, 'second', guest('docker://127.0.0.1:5000/guest:12'));
  await update(host, 'second');
  expect((await guestsOnDisk(host)) - before).toBeLessThan(0.05 * (await treeOnDisk(host, 'web')));
  expect(await fetchedBlobs(host)).toEqual([]);
});

test('guestctl create makes a guest of an image in a registry, where its tag moving is seen; only new layers are fetched', async () => {
  const digest = await publish('registry', 'mkdir -p usr/share; echo registry >usr/share/release');
  const image = '127.0.0.1:5000/guest:registry';
  const before = await guestsOnDisk(host);
  expect(await host.sh(`guestctl create third --image ${image} --start 2>&1`)).toContain(
    `Created from docker://${image}`,
  );
  const { running } = await status(host, 'third');
  expect(await metadata('third', running?.checksum ?? '')).toBe(`'${digest}'`);
  expect(await inGuest(host, 'third', 'cat /usr/share/release')).toBe('registry');
  expect((await guestsOnDisk(host)) - before).toBeLessThan(0.1 * (await treeOnDisk(host, 'web')));
  // A layer and the configuration; the guest of the other image has the base.
  expect(await fetchedBlobs(host)).toHaveLength(2);
  await publish('registry', 'mkdir -p usr/share; echo moved >usr/share/release');
  await update(host, 'third');
  expect((await status(host, 'third')).staged).not.toBeNull();
  expect(await fetchedBlobs(host)).toHaveLength(2);
  expect(await host.sh(`ostree fsck --repo=${repositoryOf('third')}`)).toContain('no errors');
});

test('guests of different images that are updated at the same time fetch once what their images share', async () => {
  const shared = await makeLayer(host.work, 'shared', 'mkdir -p usr/share; echo shared >usr/share/shared');
  for (const name of ['second', 'third']) {
    const own = await makeLayer(host.work, `own-${name}`, `mkdir -p usr/share; echo ${name} >usr/share/own`);
    await writeImage(outside(host, '/srv/image'), name, [base, shared, own]);
    await declare(host, name, guest(`docker://127.0.0.1:5000/guest:${name}`));
  }
  await host.run('systemctl', 'start', 'ostree-guest-update@second', 'ostree-guest-update@third');
  const fetched = await fetchedBlobs(host);
  // The shared layer, and a layer and a configuration of each.
  expect(fetched).toHaveLength(5);
  expect(new Set(fetched).size).toBe(5);
  for (const name of ['second', 'third']) expect((await status(host, name)).staged).not.toBeNull();
});

test('a registry with a certificate of a private authority wants a login and a certificate of the client', async () => {
  await serveTls(host, { port: 5443, to: 5000, login: 'guest:secret' });
  const certificates = '/etc/containers/certs.d/127.0.0.1:5443';
  await publish('private', 'mkdir -p usr/share; echo private >usr/share/release');
  await declare(host, 'second', guest('docker://127.0.0.1:5443/guest:private'));
  const refused = () => failingUpdate(host, 'second');
  expect(await refused()).toMatch(/Cannot look at docker:.*\. Put its authority's certificate into/);
  await host.sh(`mkdir -p ${certificates}; cd ${certificates}; cp ${tls.ca} ca.crt
    cp ${tls.certificate} client.cert; cp ${tls.key} client.key`);
  expect(await refused()).toMatch(/Log in: skopeo login --authfile/);
  await host.sh(
    'skopeo login --authfile /etc/ostree/auth.json --username guest --password secret 127.0.0.1:5443',
  );
  await update(host, 'second');
  expect((await status(host, 'second')).staged).not.toBeNull();
});

test('an image comes from the storage that podman has on the host', async () => {
  await publish('stored', 'mkdir -p usr/share; echo stored >usr/share/release');
  await host.sh('skopeo copy --quiet oci:/srv/image:stored containers-storage:localhost/guest:1');
  await declare(host, 'fourth', guest('containers-storage:localhost/guest:1'));
  await update(host, 'fourth');
  await start(host, 'fourth');
  expect(await inGuest(host, 'fourth', 'cat /usr/share/release; stat -c %a /usr/bin/su')).toBe(
    'stored\n4755',
  );
});

test('an update that is killed while it unpacks leaves nothing of that, and the next one does it all', async () => {
  await publish('killed', 'mkdir -p usr/share; echo killed >usr/share/release');
  // Elsewhere, so that its repository is another mount than the directory in which it is unpacked.
  await declare(
    host,
    'killed',
    guest('oci:/srv/image:killed', '').replace('Image=', 'Sysroot=/srv/killed\nImage='),
  );
  const own = '/var/lib/ostree-guests/killed';
  await host.sh(`
    systemctl start --no-block ostree-guest-update@killed
    until pid=$(systemctl show -P MainPID ostree-guest-update@killed); ((pid)); do sleep 0.05; done
    until compgen -G '${own}/image/layers/*/layer/tree/usr' >/dev/null; do ((SECONDS < 300)); done
    kill -KILL $pid`);
  await end(host, 'ostree-guest-update@killed', 'ostree-guest-tree-killed');
  await eventually(host, `[ ! -e ${own}/image ]`);
  await update(host, 'killed');
  expect((await status(host, 'killed')).deployments).toHaveLength(1);
});

test('an image that is not there is said', async () => {
  await declare(host, 'fifth', guest('oci:/srv/image:none'));
  expect((await host.try('systemctl start ostree-guest-update@fifth')).exitCode).not.toBe(0);
  const journal = await host.sh('journalctl --sync; journalctl -p err -o cat -u ostree-guest-update@fifth');
  expect(journal).toMatch(/Cannot look at oci:\/srv\/image:none: .*none/);
});
