// guestctl: how long one waits for it.
import type { Host } from '../test/host/host.ts';
import { say } from '../test/host/say.ts';
import { bareNode } from './generators.ts';
import { guest } from './guest.ts';
import { measure } from './measure.ts';
import { peakMemory, processesStarted } from './peers.ts';
import { type Row, row } from './results.ts';

export async function measureHelp(host: Host): Promise<Row[]> {
  say('guestctl ...');
  const node = { name: bareNode, command: '/usr/bin/node /var/lib/bench/node.cjs' };
  const asked = ['--help', '--version'].map((option) => ({
    name: `guestctl ${option}`,
    command: `guestctl ${option}`,
  }));
  const measured = await measure(host, [...asked, node], { rounds: 41 });
  return asked.map((ours) =>
    row(ours.name, 'ms', { ...measured(ours), name: 'ours' }, { is: 'more', limit: 15 }, measured(node)),
  );
}

const guests = 1000;

/** Guests that are there as far as guestctl looks: a guest file, boot entries, deployments, a timer that is enabled. */
async function makeMany(host: Host): Promise<void> {
  await host.sh(`cd /var/lib/ostree-guests
    timers=/etc/systemd/system/timers.target.wants
    mkdir -p $timers
    deployed=$(ls -d ${guest}/sysroot/ostree/deploy/${guest}/deploy/*/)
    for ((i = 1; i < ${guests}; i++)); do
      sysroot=guest-$i/sysroot
      mkdir -p $sysroot/boot
      cp -a ${guest}/sysroot/boot/loader* $sysroot/boot
      for directory in $deployed; do mkdir -p guest-$i/\${directory#*/}; done
      cp -a ${guest}/sysroot/ostree/boot.* $sysroot/ostree
      cp /etc/ostree-guests/${guest}.guest /etc/ostree-guests/guest-$i.guest
      ln -s /usr/lib/systemd/system/ostree-guest-update@.timer $timers/ostree-guest-update@guest-$i.timer
    done
    systemctl daemon-reload
    systemctl start --all 'ostree-guest-update@*.timer'`);
}

/** Processor time: several processes run at the same time. measureList() has made the guests. */
export async function measureVerify(host: Host): Promise<Row[]> {
  say('guestctl verify ...');
  const verify = (title: string, names: string) => ({
    name: `guestctl verify, ${title}, CPU time`,
    command: `TIMEFORMAT='%U %S'; { time guestctl verify ${names} >/dev/null; } 2>/run/bench/cpu`,
    elapsed: `awk '{ printf "%d\\n", ($1 + $2) * 1e6 }' /run/bench/cpu`,
  });
  const hundred = verify('100 guests', 'guest-{1..100}');
  const all = verify(`${guests} guests`, '');
  const measured = await measure(host, [hundred, all], { rounds: 3 });
  const atMost = (contender: typeof all, limit: number) =>
    row(contender.name, 'ms', { ...measured(contender), name: 'ours' }, { is: 'at most', limit });
  return [atMost(hundred, 2000), atMost(all, 15_000)];
}

export async function measureList(host: Host): Promise<Row[]> {
  say(`guestctl list of ${guests} guests ...`);
  await makeMany(host);
  const list = { name: 'ours', command: 'guestctl list' };
  const measured = await measure(host, [list], { rounds: 9 });
  const what = `guestctl list, ${guests} guests`;
  const one = (value: number) => ({ name: 'ours', samples: [value] });
  const started = await processesStarted(host, list.command);
  const memory = (await peakMemory(host, list.command)) / 1024;
  return [
    row(what, 'ms', measured(list), { is: 'at most', limit: 500 }),
    row(`${what}, started`, 'processes', one(started), { is: 'at most', limit: 2 }),
    row(`${what}, memory`, 'MiB', one(memory)),
  ];
}
