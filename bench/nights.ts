// What updates cost that people notice: a night in which nothing is new, packages, a large update over HTTP, a queue.
import { makeDeb, publishDebs } from '../test/host/debs.ts';
import { declare, guestFile, update } from '../test/host/guests.ts';
import type { Host } from '../test/host/host.ts';
import { type MirrorServer, serveMirror } from '../test/host/http.ts';
import { makeKey } from '../test/host/keys.ts';
import { publish, serverRef } from '../test/host/mirror.ts';
import { say } from '../test/host/say.ts';
import { makeWait } from '../test/host/waiting-updates.ts';
import { inCpuTime } from './cpu.ts';
import { bareDeploy, barePull, bareSysroot, publishAnother, publishFiles } from './guest.ts';
import { measure } from './measure.ts';
import { type Measured, type Row, row } from './results.ts';

/** Figures of a hundred guests are ten times these. */
const names = Array.from({ length: 10 }, (_, index) => `night-${index}`);
const units = (which: readonly string[]) => which.map((name) => `ostree-guest-update@${name}`).join(' ');
const layered = 'layered';
const layeredRef = 'debian/12/layered';

/** There is a bare sysroot, which pulls over HTTP from now on. The guests are made, and removed. */
export async function measureNights(host: Host): Promise<Row[]> {
  say('guests over HTTP ...');
  const server = await serveMirror(host);
  await makeGuests(host, server);
  const rows = [
    ...(await measureNothingNew(host, server)),
    await measureOverHttp(host),
    ...(await measureQueue(host)),
  ];
  for (const name of [...names, layered]) await host.run('guestctl', 'remove', '--yes', name);
  await server.stop();
  return rows;
}

async function makeGuests(host: Host, { url }: MirrorServer): Promise<void> {
  const key = await makeKey(host);
  await publishDebs(host, '/srv/mirror/apt', [await makeDeb(host, 'tool', { version: '1' })], key);
  await host.write('/etc/ostree-guests/web.sources', `Types: deb\nURIs: ${url}/apt\nSuites: ./\n`);
  const packages = `[Packages]\nInstall=tool\nRepository=./web.sources\nRepositoryKey=${key.path}\n`;
  // The host reaches no repository of Debian, which the tree of the others names.
  await publish(host, layeredRef, { files: { '/etc/apt/sources.list': '' } });
  for (const name of names) await declare(host, name, guestFile('', `${url}/repo`));
  await declare(host, layered, guestFile(packages, `${url}/repo`).replace(serverRef, layeredRef));
  // The second one finds nothing new, and writes down what it asked.
  for (const name of [...names, layered, ...names, layered]) await update(host, name);
  await host.sh(
    `ostree --repo=${bareSysroot}/ostree/repo config set 'remote "site".url' ${url}/repo; ${barePull}`,
  );
}

const tenfold = ({ name, samples }: Measured): Measured => ({
  name,
  samples: samples.map((value) => 10 * value),
});

async function measureNothingNew(host: Host, server: MirrorServer): Promise<Row[]> {
  say('a night with nothing new ...');
  const inTurn = inCpuTime({
    name: 'one after the other',
    command: `for unit in ${units(names)}; do systemctl start $unit; done`,
  });
  const atOnce = inCpuTime({ name: 'at the same time', command: `systemctl start ${units(names)}` });
  const plain = inCpuTime({ name: 'without', command: `systemctl start ${units(names.slice(0, 1))}` });
  const withPackages = inCpuTime({ name: 'with [Packages]', command: `systemctl start ${units([layered])}` });
  const measured = await measure(host, [inTurn, atOnce, plain, withPackages], { rounds: 5 });
  await server.forget();
  await host.sh(plain.command);
  const asked = (await server.requests()).length;
  const target = { is: 'at most', limit: 15_000 } as const;
  return [
    ...[inTurn, atOnce].map((contender) =>
      row('100 updates, nothing new, CPU time', 'ms', tenfold(measured(contender)), target),
    ),
    row('update, nothing new, requests', 'requests', { name: 'ours', samples: [asked] }),
    row(
      'update, nothing new, CPU time',
      'ms',
      measured(withPackages),
      { is: 'times', limit: 1.5 },
      measured(plain),
    ),
  ];
}

async function measureOverHttp(host: Host): Promise<Row> {
  say('large updates over HTTP ...');
  const [name = ''] = names;
  const ours = inCpuTime({
    name: 'ours',
    command: `systemctl start ostree-guest-update@${name} && systemctl start ostree-guest-boot@${name}`,
  });
  const byHand = inCpuTime({ name: 'ostree pull, admin deploy', command: `${barePull} && ${bareDeploy}` });
  const measured = await measure(host, [ours, byHand], { rounds: 5, beforeRound: publishFiles(3000, 75) });
  return row(
    'update over HTTP, 3000 files, and finalize, CPU time',
    'ms',
    measured(ours),
    { is: 'times', limit: 1.1 },
    measured(byHand),
  );
}

/** All have a new commit, and no slot is free. */
async function measureQueue(host: Host): Promise<Row[]> {
  say('updates that wait ...');
  const waiting = units(names);
  await host.sh(`systemctl start ${waiting} ${names.map((name) => `ostree-guest-boot@${name}`).join(' ')}`);
  await host.sh(`systemctl start ${waiting}`);
  await host.sh(publishAnother);
  const { nodes, release } = await makeWait(host, names);
  const kib = await host.sh(`cd /sys/fs/cgroup/system.slice
    cat system-ostree*update.slice/*/cgroup.procs | while read -r process; do
      sed -n 's/^Pss: *\\([0-9]*\\) kB/\\1/p' /proc/$process/smaps_rollup || :
    done | awk '{ sum += $1 } END { print sum }'`);
  await host.sh(`systemctl stop ${waiting}`);
  await release();
  return [
    row(
      `${names.length} updates that wait, Node`,
      'processes',
      { name: 'ours', samples: [nodes] },
      { is: 'at most', limit: 1 },
    ),
    row(`${names.length} updates that wait, memory`, 'MiB', { name: 'ours', samples: [Number(kib) / 1024] }),
  ];
}
