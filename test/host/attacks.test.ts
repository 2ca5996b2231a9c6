// Attacks on a host that has another guest. What they changed, and not what their commands answered, is what counts.
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as flood from './attacks/console.ts';
import * as everywhere from './attacks/everywhere.ts';
import * as pipe from './attacks/pipe.ts';
import * as setuid from './attacks/setuid.ts';
import * as version from './attacks/version.ts';
import { makeNeighbour, watch } from './attacks/watcher.ts';
import { inGuest } from './guests.ts';
import { bootHost, type Host } from './host.ts';
import { makeMirror, mirrorPath } from './mirror.ts';

let host: Host;

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
  await makeNeighbour(host);
});
afterAll(() => host?.stop());

test.each([everywhere, setuid, version, pipe, flood])('$title', async ({ attack, guest }) => {
  const watcher = await watch(host, { guests: [guest], paths: [mirrorPath, '/srv/guests'] });
  await attack(host, 'neighbour');
  expect(await watcher.changes()).toEqual([]);
});

test('a guest has what a booted system needs, and no more processes and capabilities', async () => {
  const seen = await inGuest(
    host,
    'neighbour',
    `systemctl is-system-running
     useradd --create-home joe; su joe -c id; mkdir -p /run/x; mount -t tmpfs x /run/x
     systemctl start systemd-networkd; systemctl is-active systemd-networkd systemd-journald systemd-logind
     unshare --mount --pid --fork --user --map-root-user true && ! mknod /run/device c 1 3 2>&1
     grep CapBnd /proc/self/status`,
  );
  expect(seen).toMatch(
    /^running\nuid=1000\(joe\) .*\nactive\nactive\nactive\n.*not permitted\nCapBnd:\t0+e5ecb5fb$/,
  );
  expect(await host.sh('systemctl show -p TasksMax --value systemd-nspawn@neighbour')).toBe('4096');
});
