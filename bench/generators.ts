// The generator against others: what it costs to declare so many guests, containers or mounts.
import { mailGuest } from '../src/guestctl/manual/guest-file.ts';
import type { Host } from '../test/host/host.ts';
import { say } from '../test/host/say.ts';
import type { Contender } from './loop.ts';
import { measure } from './measure.ts';
import { fstabGenerator, ourGenerator, peakMemory, quadlet, unpackPeers } from './peers.ts';
import { type Cost, type Measured, type Row, row } from './results.ts';
import type { Scenario } from './scenario.ts';
import { spreadOf } from './statistics.ts';

export const onQuickJS = 'ours on QuickJS';
export const onNode = 'ours on Node';
const bareShell = '/bin/sh -c :';
export const bareNode = 'bare Node';
const counts = [0, 1, 10, 100, 1000, 10_000];
/** Quadlet and fstab-generator take longer than they are worth with more. */
const most = 1000;

export const generators: Scenario = {
  name: 'generators',
  measure: async (host) => {
    await unpackPeers(host);
    await declareAll(host);
    const costs = await measureGenerators(host);
    return { rows: generatorRows(costs), costs };
  },
};

const containerFile = `[Unit]
Description=Mail server
After=network-online.target

[Container]
Image=registry.example.org/mail/server:12
Volume=/srv/mail:/var/mail
AutoUpdate=registry

[Service]
Restart=always

[Install]
WantedBy=multi-user.target
`;

const inputs = '/var/lib/bench';
const output = '/run/bench/out';
export const emptyProgram = `${inputs}/node.cjs`;

/** Makes the files that declare each number of guests, containers and mounts. */
async function declareAll(host: Host): Promise<void> {
  await host.write(`${inputs}/guest`, `${mailGuest}\n`);
  await host.write(`${inputs}/container`, containerFile);
  await host.write(emptyProgram, '');
  await host.sh(`cd ${inputs}; guest=$(<guest); container=$(<container)
    for count in ${counts.join(' ')}; do
      mkdir -p $count/guests $count/containers
      : >$count/fstab
      for ((i = 0; i < count; i++)); do
        echo "$guest" >$count/guests/guest-$i.guest
        echo "$container" >$count/containers/container-$i.container
        printf 'UUID=6a5ed1f0-0000-4000-8000-%012d /srv/data-%d ext4 defaults,nofail 0 2\\n' $i $i >>$count/fstab
      done
    done`);
}

/** The generators with so many guests, and what none of them can be faster than. */
function contenders(count: number): Contender[] {
  const at = `${inputs}/${count}`;
  const before = `rm -rf ${output}; mkdir ${output}`;
  const out = `${output} ${output} ${output}`;
  const ours = `OSTREE_GUESTS_PATH=${at}/guests OSTREE_GUESTS_NSPAWN_PATH=/etc/systemd/nspawn`;
  return [
    { name: onQuickJS, before, command: `${ours} ${ourGenerator} ${out}` },
    { name: onNode, before, command: `${ours} OSTREE_GUESTS_QJS=/nonexistent ${ourGenerator} ${out}` },
    ...(count <= most
      ? [
          { name: 'Quadlet', before, command: `QUADLET_UNIT_DIRS=${at}/containers ${quadlet} ${out}` },
          { name: 'fstab', before, command: `SYSTEMD_FSTAB=${at}/fstab ${fstabGenerator} ${out}` },
        ]
      : []),
    { name: bareNode, before, command: `/usr/bin/node ${emptyProgram}` },
    { name: bareShell, before, command: bareShell },
  ];
}

async function measureGenerators(host: Host): Promise<Cost[]> {
  const costs: Cost[] = [];
  for (const count of counts) {
    say(`generators, ${count} guests ...`);
    const all = contenders(count);
    const measured = await measure(host, all, { rounds: count <= 100 ? 25 : count <= 1000 ? 9 : 3 });
    for (const contender of all) {
      await host.sh(contender.before ?? '');
      const peakKiB = await peakMemory(host, contender.command);
      const files = Number(await host.sh(`find ${output} ! -type d | wc -l`));
      const { name: program, samples } = measured.elapsed(contender);
      const milliseconds = spreadOf(samples);
      costs.push({ guests: count, program, milliseconds, samples, peakKiB, files });
    }
  }
  return costs;
}

/** What was promised of the generator. */
function generatorRows(costs: readonly Cost[]): Row[] {
  const of = (program: string, guests: number): Measured => {
    const cost = costs.find((each) => each.program === program && each.guests === guests);
    return { name: program, samples: cost?.samples ?? [] };
  };
  const against = (guests: number, peer: string, limit: number) =>
    row(title(guests), 'ms', of(onQuickJS, guests), { is: 'times', limit }, of(peer, guests));
  const onNodeAlone = (guests: number) => {
    const target = { is: 'more', limit: guests / 10 } as const;
    return row(title(guests), 'ms', of(onNode, guests), target, of(bareNode, guests));
  };
  return [
    row(title(0), 'ms', of(onQuickJS, 0), { is: 'more', limit: 0.5 }, of(bareShell, 0)),
    ...[1, 10].flatMap((guests) => [against(guests, 'Quadlet', 1), against(guests, 'fstab', 1)]),
    against(100, 'Quadlet', 0.5),
    against(1000, 'Quadlet', 0.1),
    linear(of(onQuickJS, 10_000), of(onQuickJS, 1000)),
    ...[onQuickJS, onNode].map((program) => memory(program, costs)),
    ...counts.filter((guests) => guests > 0).map(onNodeAlone),
  ];
}

const title = (guests: number) => `generator, ${guests} guest${guests === 1 ? '' : 's'}`;

/** What one of many guests costs. They are of different rounds: only their medians can be compared. */
function linear(many: Measured, fewer: Measured): Row {
  const each = ({ samples }: Measured, guests: number): Measured => ({
    name: `of ${guests}`,
    samples: [(1000 * spreadOf(samples).median) / guests],
  });
  const target = { is: 'times', limit: 1.2 } as const;
  return row('generator, for each guest', 'µs', each(many, 10_000), target, each(fewer, 1000));
}

function memory(program: string, costs: readonly Cost[]): Row {
  const cost = costs.find((each) => each.program === program && each.guests === 10_000);
  const samples = [(cost?.peakKiB ?? Number.NaN) / 1024];
  const target = { is: 'at most', limit: 64 } as const;
  return row('generator, 10000 guests, memory', 'MiB', { name: program, samples }, target);
}
