// The network of guests, from a host that NetworkManager or ifupdown would connect: systemd-networkd is installed and not
// enabled. `outside` is a network namespace, whose only way to the guests is the host.
import { readFileSync } from 'node:fs';
import { mkdir, rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unpackDebs } from './debs.ts';
import { declare, end, eventually, guestFile, inGuest, reboot, start, update } from './guests.ts';
import { bootHost, type Host } from './host.ts';
import { makeMirror, publish, serverRef } from './mirror.ts';
import { checkout } from './paths.ts';
import { suite } from './recipe.ts';

let host: Host;

const text = readFileSync(join(checkout(), 'docs/networking.md'), 'utf8');

/** A web server that says who it is, and who asks; and one that is for the guest itself only. */
const server = {
  '/usr/lib/systemd/system/multi-user.target.d/network.conf':
    '[Unit]\nWants=systemd-networkd.service web.socket private.socket\n',
  '/usr/lib/systemd/system/web.socket': '[Socket]\nListenStream=80\nAccept=yes\n',
  '/usr/lib/systemd/system/web@.service':
    '[Service]\nExecStart=/bin/sh -c "echo $(hostname) for $REMOTE_ADDR"\nStandardOutput=socket\nStandardInput=null\n',
  '/usr/lib/systemd/system/private.socket': '[Socket]\nListenStream=127.0.0.1:81\nAccept=yes\n',
  '/usr/lib/systemd/system/private@.service':
    '[Service]\nExecStart=echo private\nStandardOutput=socket\nStandardInput=null\n',
};

/** Waits until somebody listens at an address of the host, without a connection. */
const listening = (address: string) => `until ss -Hltn src ${address} | grep .; do sleep 0.1; done`;

/** A tree with systemd-resolved, and libidn2, without which it does not answer for its own name. */
async function publishResolved(): Promise<void> {
  const tree = join(host.work, 'resolved');
  // Packages of Debian 12 have files in /lib and /sbin, which are links.
  for (const name of ['lib', 'sbin']) {
    await mkdir(join(tree, 'usr', name), { recursive: true });
    await symlink(`usr/${name}`, join(tree, name));
  }
  await unpackDebs(tree, ['systemd-resolved', 'libnss-resolve', 'libidn2-0']);
  await rename(join(tree, 'etc'), join(tree, 'usr/etc'));
  await publish(host, 'debian/12/resolved', {
    version: '12.1',
    options: [`--tree=dir=${tree}`],
    files: {
      ...server,
      '/etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files resolve [!UNAVAIL=return] dns\n',
      '/usr/lib/systemd/system/multi-user.target.d/resolved.conf': '[Unit]\nWants=systemd-resolved.service\n',
      // The package would have made its user.
      '/usr/lib/systemd/system/systemd-sysusers.service.d/always.conf': '[Unit]\nConditionNeedsUpdate=\n',
    },
  });
}

beforeAll(async () => {
  host = await bootHost({
    ostree: false,
    // networkd waits for udev to know a link.
    prepare: ({ root }) => unpackDebs(root, ['udev', 'libnss-mymachines']),
  });
  await makeMirror(host);
  await publish(host, serverRef, { version: '12.1', files: server });
  await publish(host, 'debian/12/mute', { version: '12.1' });
  await publishResolved();
  await host.sh(`
    sed -i 's/^hosts:.*/hosts: files mymachines dns/' /etc/nsswitch.conf
    ip link add out0 type veth peer name out1
    ip netns add outside
    ip link set out1 netns outside
    ip address add 192.0.2.1/24 dev out0
    ip address add 192.0.2.11/24 dev out0
    ip link set out0 up
    ip -n outside address add 192.0.2.2/24 dev out1
    ip -n outside link set out1 up
    printf 'nameserver 127.0.0.1\\nnameserver 192.0.2.2\\nsearch example.org\\n' >/etc/resolv.conf
    cp "$(command -v systemd-socket-activate)" /run/thief
    systemd-run --unit=thief /run/thief --listen=0.0.0.0:8084 cat
    ${listening('0.0.0.0:8084')}
    ip rule add from 198.51.100.0/24 table 77
    ip route add 203.0.113.0/24 via 192.0.2.2`);
  await declare(
    host,
    'web',
    guestFile('[Network]\nPort=8080:80\nPort=127.0.0.1:8081:80\nPort=192.0.2.11:8082:80\nPort=8083:81\n'),
  );
  const zone = (port = '') =>
    guestFile(`[Network]\nZone=site\n${port}`).replace(serverRef, 'debian/12/resolved');
  await declare(host, 'db', zone('Port=127.0.0.1:8084:80\n'));
  await declare(host, 'mx', zone());
  await declare(host, 'mute', guestFile().replace(serverRef, 'debian/12/mute'));
  await update(host, 'mute');
  await host.sh(
    'echo nameserver 192.0.2.9 >$(echo /var/lib/ostree-guests/mute/sysroot/ostree/deploy/mute/deploy/*.0)/etc/resolv.conf',
  );
  for (const name of ['web', 'db', 'mx', 'mute']) {
    await update(host, name);
    await start(host, name);
  }
});
afterAll(() => host?.stop());

/** Connects and returns what is answered, or how it failed. */
async function answer(address: string, port: number, from = ''): Promise<string> {
  const { stdout, all } = await host.try(
    `timeout 120 ${from} bash -c 'exec 3<>/dev/tcp/${address}/${port} && cat <&3' 2>&1`,
  );
  return /refused|timed out|No route/.exec(all)?.[0] ?? stdout.trim();
}
const outside = 'ip netns exec outside';

test('systemd-networkd is started for the guests, and leaves alone what others have set up', async () => {
  await eventually(host, 'machinectl list | grep "web .*192.168" && machinectl list | grep "db .*192.168"');
  expect(await host.sh('systemctl is-enabled systemd-networkd || true')).toBe('disabled');
  expect(await host.sh('ip rule; ip route')).toMatch(/from 198\.51\.100\.0\/24.*203\.0\.113\.0\/24 via/s);
  expect(await host.sh('systemctl is-active ostree-guest-network')).toBe('active');
});

test('a port answers from outside, at the address of the host, and at localhost', async () => {
  expect(await answer('192.0.2.1', 8080, outside)).toBe('web for 192.0.2.2');
  expect(await answer('192.0.2.1', 8080)).toBe('web for 192.0.2.1');
  expect(await answer('127.0.0.1', 8080)).toMatch(/^web for 192\.168\./);
});

test('a port of one address answers there, and nowhere else', async () => {
  expect(await answer('127.0.0.1', 8081)).toMatch(/^web for 192\.168\./);
  expect(await answer('192.0.2.1', 8081)).toBe('refused');
  expect(await answer('192.0.2.1', 8081, outside)).toBe('refused');
  expect(await answer('192.0.2.11', 8082, outside)).toMatch(/^web for 192\.168\./);
  expect(await answer('192.0.2.1', 8082, outside)).toBe('refused');
});

test('what listens at the localhost of a guest only is not forwarded', async () => {
  expect(await answer('192.0.2.1', 8083, outside)).toBe('refused');
  expect(await answer('127.0.0.1', 8083)).toBe('');
});

test('the name of a guest resolves on the host', async () => {
  expect(await answer('web', 80)).toMatch(/^web for /);
});

test('a guest gets the name servers of the host, but none that only the host reaches', async () => {
  expect(await inGuest(host, 'web', 'tail -n +2 /etc/resolv.conf')).toBe(
    'nameserver 192.0.2.2\nsearch example.org',
  );
  expect(await inGuest(host, 'mute', 'cat /etc/resolv.conf')).toBe('nameserver 192.0.2.9');
  expect(await inGuest(host, 'db', 'readlink /etc/resolv.conf')).toBe(
    '../run/systemd/resolve/stub-resolv.conf',
  );
  if (suite !== 'bookworm')
    expect(await inGuest(host, 'db', 'resolvectl dns')).toContain('Global: 192.0.2.2');
});

test('guests with links of their own reach each other by address', async () => {
  const address = await host.sh("getent ahostsv4 db | awk 'NR == 1 { print $1 }'");
  expect(await inGuest(host, 'web', `bash -c "exec 3<>/dev/tcp/${address}/80 && cat <&3"`)).toMatch(
    /^db for /,
  );
});

test('guests in a zone find each other by name', async () => {
  await eventually(host, 'systemd-run --machine=db --pipe --wait --quiet getent hosts mx');
  expect(await inGuest(host, 'db', 'bash -c "exec 3<>/dev/tcp/mx/80 && cat <&3"')).toMatch(/^mx for /);
});

test('the host is online without its guests', async () => {
  expect(await host.sh('networkctl status ve-web')).toMatch(/Required For Online: no/);
});

test.each(
  [...text.matchAll(/^```console\n(.*?)^```$/gms)].flatMap(([, block = '']) => block.trim().split('\n')),
)('docs/networking.md: %s', async (command) => {
  const { exitCode, all } = await host.try(command);
  expect(exitCode, all).toBe(0);
});

test('a guest that gives itself an address of the host gets no connection to the host', async () => {
  await host.sh(`systemd-run --unit=own /run/thief --listen=127.0.0.9:80 echo own
    ${listening('127.0.0.9:80')}`);
  await inGuest(host, 'web', 'ip address flush dev host0; ip address add 127.0.0.9/32 dev host0');
  await host.sh('systemctl stop ostree-guest-port@web_8081_80.service');
  const { stdout } = await host.try('timeout 5 bash -c "exec 3<>/dev/tcp/127.0.0.1/8081 && cat <&3"');
  expect(stdout).toBe('');
  expect(await host.sh('systemctl is-active own')).toBe('active');
  // A connection would have ended it.
  await host.sh('exec 3<>/dev/tcp/127.0.0.9/80');
  await end(host, 'own');
});

test('ports are closed and opened with the guest', async () => {
  await reboot(host, 'web');
  await eventually(host, 'systemctl is-active ostree-guest-port@web_8081_80.socket');
  await eventually(host, 'machinectl list | grep "web .*192.168"');
  expect(await answer('127.0.0.1', 8081)).toMatch(/^web for /);
  await host.run('machinectl', 'poweroff', 'web');
  await eventually(host, '[ "$(systemctl is-active ostree-guest-port@web_8081_80.socket)" = inactive ]');
  expect(await answer('127.0.0.1', 8081)).toBe('refused');
  expect(await inGuest(host, 'db', 'hostname')).toBe('db');
});

/** What doctor does not find good. */
const troubles = async (): Promise<string> =>
  (await host.sh('guestctl doctor')).replaceAll(/^ +ok .*\n?/gm, '');

test('doctor looks into running guests', async () => {
  await eventually(host, 'guestctl doctor | grep "mute has no address"');
  const found = await troubles();
  expect(found).toMatch(/127\.0\.0\.1:8084 for db is taken by thief \(PID \d+\) \(.*db\.guest:9\)/);
  expect(found).toMatch(/mute has no address: systemd-networkd is not running in it/);
  const remedy = 'guestctl shell mute systemctl enable --now systemd-networkd';
  expect(found).toContain(`Run: ${remedy}`);
  await host.sh(remedy);
  await eventually(host, '! guestctl doctor | grep "mute has no"');
  expect(await troubles()).not.toMatch(/db has|mx has|names/);
});
