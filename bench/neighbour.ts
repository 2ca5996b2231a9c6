// What a busy guest notices while another one is updated: how long it waits for the disk, and how much of the processors it gets.
import { copyFile } from 'node:fs/promises';
import { makeDeb } from '../test/host/debs.ts';
import { declare, eventually, guestFile, inGuest, start, update } from '../test/host/guests.ts';
import { type Host, outside } from '../test/host/host.ts';
import { serveMirror } from '../test/host/http.ts';
import { makeMirror, mirrorPath, serverRef } from '../test/host/mirror.ts';
import { makeBaseLayer } from '../test/host/oci-image.ts';
import { guest as mail, publishFiles } from './guest.ts';
import type { Contender } from './loop.ts';
import { measure } from './measure.ts';
import { offerPackages } from './offer-packages.ts';
import { type Row, row } from './results.ts';
import type { Scenario } from './scenario.ts';

const layeredRef = 'debian/12/layered';

export const neighbour: Scenario = {
  name: 'neighbour',
  measure: async (host) => {
    await makeMirror(host);
    const { url } = await serveMirror(host);
    await makeGuests(host, url);
    await makeBusy(host);
    return { rows: await measureNeighbour(host) };
  },
};

/** One that is only fetched, one with packages, and one that is built. */
async function makeGuests(host: Host, url: string): Promise<void> {
  const debs = [await makeDeb(host, 'tool', { version: '1' })];
  const withPackages = await offerPackages(host, { debs, ref: layeredRef });
  const { archive } = await makeBaseLayer(host);
  await host.write('/etc/ostree-guests/site.build', build);
  await copyFile(archive, outside(host, '/srv/base.tar'));
  await declare(host, mail, guestFile('', `${url}/repo`));
  await declare(
    host,
    'layered',
    guestFile(withPackages('tool'), `${url}/repo`).replace(serverRef, layeredRef),
  );
  await declare(host, 'built', '[Guest]\nBuild=site\n');
  for (const name of [mail, 'layered', 'built']) await update(host, name);
}

/** Another tree each time. */
const build = `[Build]
Command=sh -c 'mkdir root && tar -C root -xf /srv/base.tar && cat /proc/sys/kernel/random/uuid >root/usr/share/built'

[Files]
BindReadOnly=/srv/base.tar
`;

/** Prints a line for each 4 KiB that it appends to a file and has written to disk, with the seconds that dd(1) took for it ... */
const writer = `while :; do
    told=$(LC_ALL=C dd if=/dev/zero of=/var/probe bs=4k count=1 oflag=append,dsync conv=notrunc 2>&1)
    took=\${told##*copied, }
    echo "write $EPOCHREALTIME \${took%% s*}"
  done`;
/** ... and for each piece of work, of some milliseconds. */
const worker = 'while :; do for ((i = 0; i < 10000; i++)); do :; done; echo "work $EPOCHREALTIME"; done';

/** A guest that writes, and keeps all processors busy. */
async function makeBusy(host: Host): Promise<void> {
  await declare(host, 'busy');
  await update(host, 'busy');
  await start(host, 'busy');
  for (const [name, script] of Object.entries({ writer, worker })) {
    await host.write(`/run/bench/${name}`, script);
    await host.run('machinectl', 'copy-to', 'busy', `/run/bench/${name}`, `/var/${name}`);
  }
  await inGuest(
    host,
    'busy',
    `mkdir /run/probe
     systemd-run --quiet --unit=writer sh -c 'exec bash /var/writer >/run/probe/writer'
     for processor in $(seq $(nproc)); do
       systemd-run --quiet --unit=worker-$processor sh -c "exec bash /var/worker >/run/probe/worker-$processor"
     done`,
  );
  await eventually(host, `${lines} | grep write && ${lines} | grep work`);
}

/** All that was printed. */
const lines = `cat /proc/$(machinectl show busy --property=Leader --value)/root/run/probe/*`;
const told = `${lines} | awk -v start=$start -v end=$end '$2 >= start && $2 <= end'`;
/** The 99th percentile of the time of a write. */
const latency = `${told} | awk '$1 == "write" { print 1e6 * $3 }' | sort -n |
  awk '{ all[NR] = $1 } END { print all[int((99 * NR + 99) / 100)] }'`;
/** The time of a piece of work. */
const pace = `${told} | awk -v start=$start -v end=$end '$1 == "work" { n++ } END { printf "%d\\n", 1e6 * (end - start) / n }'`;

async function measureNeighbour(host: Host): Promise<Row[]> {
  const watched = (name: string, command: string, before = ':'): Contender => ({
    name,
    before: `${before}; sync; sleep 1`,
    command,
    elapsed: latency,
    spent: pace,
  });
  const updateOf = (name: string) => `systemctl start ostree-guest-update@${name}`;
  const publishSmall = `ostree commit --repo=${mirrorPath} --branch=${layeredRef} --tree=ref=${layeredRef} \\
    --add-metadata-string=version=$EPOCHSECONDS`;
  const idle = watched('idle', 'sleep 4');
  const busy = [
    watched(
      'fetched, deployed',
      `${updateOf(mail)} && systemctl start ostree-guest-boot@${mail}`,
      publishFiles(3100, 75),
    ),
    watched('packages added', updateOf('layered'), publishSmall),
    watched('built', updateOf('built')),
  ];
  const { elapsed, spent } = await measure(host, [idle, ...busy], { rounds: 3 });
  const target = { is: 'times', limit: 1.5 } as const;
  return busy.flatMap((one) => [
    row('synchronous write of a neighbour, 99th percentile', 'ms', elapsed(one), target, elapsed(idle)),
    row('the same work of a neighbour', 'ms', spent(one), target, spent(idle)),
  ]);
}
