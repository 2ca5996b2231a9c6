// What each of our steps sees of the host and of other guests, found by a probe that runs instead of it in its very sandbox.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { declare, eventually, guestFile, update } from '../guests.ts';
import { bootHost, type Host } from '../host.ts';
import { makeMirror } from '../mirror.ts';

let host: Host;
const guests = '/var/lib/ostree-guests';

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
  const elsewhere = (name: string) => guestFile().replace('[Guest]', `[Guest]\nSysroot=/srv/guests/${name}`);
  await declare(host, 'mail');
  await declare(host, 'far', elsewhere('far'));
  await declare(host, 'else', elsewhere('else'));
  for (const name of ['mail', 'far', 'else']) await update(host, name);
  await declare(host, 'web', '[Guest]\nBuild=site\n');
  await host.write('/etc/ostree-guests/site.build', `[Build]\nCommand=true\n${publish}`);
  await host.sh(`systemctl daemon-reload; mkdir -p /srv/ostree /etc/credstore ${guests}/{web,.builds/{site,other}} /home/joe /root
    echo secret | tee ${guests}/web/secret /root/secret /home/joe/secret ${guests}/.builds/other/secret
    mkdir -p /etc/ssh /dev/hugepages; mount -t tmpfs none /dev/hugepages
    echo secret | tee /dev/shm/secret /dev/hugepages/secret /etc/credstore/site.key /etc/gshadow /etc/ssh/ssh_host_key`);
});
afterAll(() => host?.stop());

const publish = '[Publish]\nRepository=/srv/ostree\nRef=site\nGPGKey=/etc/credstore/site.key\n';

/** What nobody needs, or what belongs to other guests. */
const secrets = [
  '/etc/shadow',
  '/etc/gshadow',
  '/etc/credstore/site.key',
  '/etc/ssh/ssh_host_key',
  '/root/secret',
  '/home/joe/secret',
  `${guests}/web/secret`,
  `${guests}/else`,
  `${guests}/.builds/other/secret`,
  '/srv/guests/else/ostree',
  '/boot/loader',
  '/run/ostree/staged-deployment',
  '/proc/1/root/etc',
  '/dev/kmsg',
  '/dev/fuse',
  '/dev/shm/secret',
  '/dev/hugepages/secret',
];
const ofHost = [
  '/',
  '/boot',
  '/sysroot',
  '/ostree',
  '/ostree/repo',
  '/etc',
  '/usr',
  '/var',
  '/var/lib',
  '/srv',
  '/home',
];
const ofRun = [
  '/run/systemd',
  '/run/systemd/system',
  '/run/ostree-guests',
  '/run/dbus',
  guests,
  '/proc/sys/kernel',
  '/dev/shm',
];

const places = [...ofHost, ...ofRun].join(' ');

/** Is started instead of the program of a unit. It says what it can read of `secrets`, and writes wherever it can. */
const probe = (report: string) => `[Service]
ExecStart=
ExecStartPre=
ExecStart=bash -c 'exec >${report} 2>/dev/null; \\
  for one in ${secrets.join(' ')}; do \\
    if [ -d $one ]; then ls $one >/dev/null && echo "sees $one"; elif [ -n "$(head -c1 $one)" ]; then echo "reads $one"; fi; \\
  done; \\
  for one in ${places}; do touch $one/probe; done; \\
  echo done'
`;

/** Runs the probe in the sandbox of a unit. What it has written counts where it is on the host: it may have a /home in memory. */
async function probed(unit: string, directory: string): Promise<string[]> {
  await host.write(`/run/systemd/system/${unit}.d/99-probe.conf`, probe(`${directory}/probe`));
  await host.sh(`systemctl daemon-reload; rm -f ${directory}/probe; systemctl start ${unit} || true
    rm /run/systemd/system/${unit}.d/99-probe.conf`);
  // Not all of them are waited for.
  await eventually(host, `grep -x done ${directory}/probe`);
  return (
    await host.sh(`cat ${directory}/probe
      for one in ${places}; do [ ! -e $one/probe ] || echo "writes $one"; rm -f $one/probe; done`)
  ).split('\n');
}

test.each(['update', 'boot', 'assess', 'switch'])(
  '%s sees its own guest only, and writes nothing of the host',
  async (step) => {
    expect(await probed(`ostree-guest-${step}@mail.service`, `${guests}/mail`)).toEqual(['done']);
    // The sysroot of this one is elsewhere.
    expect(await probed(`ostree-guest-${step}@far.service`, '/srv/guests/far')).toEqual(['done']);
  },
);

test('the service for the lock sees of its guest no more than the state', async () => {
  expect(await probed('ostree-guest-lock@mail.service', `${guests}/mail`)).toEqual(['done']);
});

test('publishing sees nothing of guests and other builds, and the key only as its credential', async () => {
  // Not after a build, which would start it by itself.
  expect(await probed('ostree-guest-publish@site.service', '/srv/ostree')).toEqual(['done']);
});

test('a build sees of builds its own only', async () => {
  const seen = await probed('ostree-guest-build@site.service', `${guests}/.builds/site`);
  // nspawn makes directories in /run. It may read what is outside of home directories; its container sees less.
  expect(seen.filter((line) => !line.startsWith('writes /run'))).toEqual([
    'sees /srv/guests/else/ostree',
    'done',
  ]);
});

test('an update sees what its build has made, and nothing of other builds', async () => {
  expect(await probed('ostree-guest-update@web.service', `${guests}/web`)).toEqual([
    `reads ${guests}/web/secret`,
    'done',
  ]);
});

test.each([
  ['boot', 2],
  ['update', 3],
  ['assess', 3.5],
  ['switch', 3.5],
  ['image', 2],
  ['lock', 2.5],
  ['publish', 2],
])('systemd finds %s exposed to no more than %d', async (step, most) => {
  const shown = await host.sh(
    `systemd-analyze security --no-pager ostree-guest-${step}@mail.service | tail -1`,
  );
  expect(Number(/: ([\d.]+)/.exec(shown)?.[1])).toBeLessThanOrEqual(most);
});
