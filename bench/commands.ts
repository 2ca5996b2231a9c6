// guestctl: how long one waits for it.
import type { Host } from '../test/host/host.ts';
import { say } from '../test/host/say.ts';
import { bareNode, emptyProgram } from './generators.ts';
import { guest, makeGuest } from './guest.ts';
import { measure } from './measure.ts';
import { peakMemory, processesStarted, unpackPeers } from './peers.ts';
import { type Row, row } from './results.ts';
import type { Scenario } from './scenario.ts';

export const commands: Scenario = {
  name: 'commands',
  measure: async (host) => {
    await unpackPeers(host);
    await makeGuest(host);
    const help = await measureHelp(host);
    await makeMany(host);
    return { rows: [...help, ...(await measureList(host)), ...(await measureVerify(host))] };
  },
};

async function measureHelp(host: Host): Promise<Row[]> {
  await host.write(emptyProgram, '');
  const node = { name: bareNode, command: `/usr/bin/node ${emptyProgram}` };
  const asked = ['--help', '--version'].map((option) => ({
    name: `guestctl ${option}`,
    command: `guestctl ${option}`,
  }));
  const measured = await measure(host, [...asked, node], { rounds: 41 });
  return asked.map((ours) =>
    row(
      ours.name,
      'ms',
      { ...measured.elapsed(ours), name: 'ours' },
      { is: 'more', limit: 15 },
      measured.elapsed(node),
    ),
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
      chmod 700 $sysroot
      cp -a ${guest}/sysroot/boot/loader* $sysroot/boot
      for directory in $deployed; do mkdir -p guest-$i/\${directory#*/}; done
      cp -a ${guest}/sysroot/ostree/boot.* $sysroot/ostree
      cp /etc/ostree-guests/${guest}.guest /etc/ostree-guests/guest-$i.guest
      ln -s /usr/lib/systemd/system/ostree-guest-update@.timer $timers/ostree-guest-update@guest-$i.timer
    done
    systemctl daemon-reload
    systemctl start --all 'ostree-guest-update@*.timer'`);
}

/** Processor time: several processes run at the same time. */
async function measureVerify(host: Host): Promise<Row[]> {
  say(`guestctl verify of ${guests} guests ...`);
  const verify = (title: string, names: string) => ({
    name: `guestctl verify, ${title}, CPU time`,
    command: `guestctl verify ${names}`,
  });
  const hundred = verify('100 guests', 'guest-{1..100}');
  const all = verify(`${guests} guests`, '');
  const measured = await measure(host, [hundred, all], { rounds: 3 });
  const atMost = (contender: typeof all, limit: number) =>
    row(contender.name, 'ms', { ...measured.spent(contender), name: 'ours' }, { is: 'at most', limit });
  return [atMost(hundred, 2000), atMost(all, 15_000)];
}

async function measureList(host: Host): Promise<Row[]> {
  say(`guestctl list and status with ${guests} guests ...`);
  const list = { name: 'ours', command: 'guestctl list' };
  const status = { name: 'ours', command: `guestctl status ${guest}` };
  const measured = await measure(host, [list, status], { rounds: 9 });
  const what = `guestctl list, ${guests} guests`;
  const one = (value: number) => ({ name: 'ours', samples: [value] });
  const started = await processesStarted(host, list.command);
  const memory = (await peakMemory(host, list.command)) / 1024;
  return [
    row(what, 'ms', measured.elapsed(list), { is: 'at most', limit: 400 }),
    row(`${what}, started`, 'processes', one(started), { is: 'at most', limit: 2 }),
    row(`${what}, memory`, 'MiB', one(memory)),
    row(`guestctl status of one of ${guests} guests`, 'ms', measured.elapsed(status), {
      is: 'at most',
      limit: 400,
    }),
  ];
}
