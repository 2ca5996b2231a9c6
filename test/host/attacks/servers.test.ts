// A server that a tree has chosen takes over the curl(1) that asks it: what this sees of the host, and what it can do there.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeDeb, publishDebs } from '../debs.ts';
import { declare, guestFile, update, updateJournal } from '../guests.ts';
import { bootHost, type Host } from '../host.ts';
import { type MirrorServer, serveMirror } from '../http.ts';
import { makeKey } from '../keys.ts';
import { makeMirror, publish, serverRef } from '../mirror.ts';

let host: Host;
let server: MirrorServer;
const guests = '/var/lib/ostree-guests';

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
  const key = await makeKey(host);
  server = await serveMirror(host);
  await publishDebs(host, '/srv/mirror/apt', [await makeDeb(host, 'site-tool', { version: '1.0' })], key);
  await publish(host, serverRef, { files: { '/etc/apt/sources.list': '' } });
  await host.write('/etc/ostree-guests/web.sources', `Types: deb\nURIs: ${server.url}/apt\nSuites: ./\n`);
  const packages = `[Packages]\nInstall=site-tool\nRepository=./web.sources\nRepositoryKey=${key.path}\n`;
  await declare(host, 'web', guestFile(packages, `${server.url}/repo`));
  await declare(host, 'mail', guestFile('', `${server.url}/repo`));
  for (const name of ['mail', 'web', 'web']) await update(host, name);
  await host.sh(
    `echo secret | tee ${guests}/{web,mail}/secret ${guests}/.slots/secret /dev/shm/secret; mkdir -p /run/ostree-guests`,
  );
});
afterAll(() => host?.stop());

const seen = [
  `${guests}/web/secret`,
  `${guests}/mail/secret`,
  `${guests}/web/sysroot`,
  `${guests}/.slots`,
  '/etc/ostree-guests',
  '/etc/shadow',
  '/run/systemd/private',
  '/run/dbus/system_bus_socket',
  '/run/ostree-guests',
  '/proc/1/root/etc',
  '/dev/shm/secret',
];

/** Is started as curl. It tells the server what it found: the server writes down what it is asked for. */
const probe = `#!/bin/bash
tell() { exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /told/%s HTTP/1.0\\r\\n\\r\\n' "$1" >&3 && cat <&3 >/dev/null; }
tell "user-$UID"
! chown 0 /tmp || tell root
for one in ${seen.join(' ')}; do [ ! -e $one ] || tell "sees$one"; done
for one in / /usr /etc /var /run ${guests} ${guests}/web; do ! touch $one/probe || tell "writes$one"; done
for ((i = 0; i < 9; i++)); do printf '%*s' 1000000 x; done >/tmp/large && tell 'writes-9-MB'
sleep 9 & ! kill $! || tell signals
tell end
printf 304,
`;

test('it is nobody, sees no guest, writes no more than 8 MB, and the update goes on as if nothing were', async () => {
  await host.write('/run/probe', probe, 0o755);
  await host.sh('mount --bind /run/probe /usr/bin/curl');
  await server.forget();
  await update(host, 'web');
  await host.sh('umount /usr/bin/curl');
  const asked = (await server.requests()).filter((path) => path.startsWith('/told/'));
  expect(asked).toEqual(['/told/user-65534', '/told/end']);
  expect(await updateJournal(host, 'web')).toMatch(/Up to date: .*\n.*Up to date: /s);
});
