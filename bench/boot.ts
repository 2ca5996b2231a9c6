// A host that boots with fifty enabled guests, against the same roots in units that run nothing but nspawn.
import { guestFile } from '../test/host/guests.ts';
import type { Host } from '../test/host/host.ts';
import { makeMirror } from '../test/host/mirror.ts';
import { say } from '../test/host/say.ts';
import { bareUnitOf, makeBareUnits, unitOf } from './guest.ts';
import { fewer } from './measure.ts';
import { type Row, row } from './results.ts';
import type { Scenario } from './scenario.ts';

const names = Array.from({ length: 50 }, (_, index) => `guest-${index}`);
const ways = [
  { name: 'ours', units: names.map(unitOf) },
  { name: 'systemd-nspawn', units: names.map(bareUnitOf) },
] as const;
type Way = (typeof ways)[number];
const rounds = 3;

export const hostBoot: Scenario = {
  name: 'boot',
  measure: async (host) => {
    await makeGuests(host);
    return { rows: await measureBoots(host) };
  },
};

async function makeGuests(host: Host): Promise<void> {
  say(`${names.length} guests ...`);
  await makeMirror(host);
  for (const name of names) await host.write(`/etc/ostree-guests/${name}.guest`, guestFile());
  await host.sh(`systemctl daemon-reload
    systemctl start ${names.map((name) => `ostree-guest-update@${name}`).join(' ')}
    systemctl enable --quiet machines.target`);
  await makeBareUnits(host, names);
}

async function measureBoots(host: Host): Promise<Row[]> {
  const boots = new Map<Way, Boot[]>(ways.map((way) => [way, []]));
  for (let round = 0; round <= fewer(rounds); round += 1)
    for (const way of round % 2 === 0 ? ways : ways.toReversed()) {
      const boot = await bootWith(host, way);
      // Guests that boot for the first time make files that they then have.
      if (round > 0) boots.get(way)?.push(boot);
    }
  const figures = (way: Way, what: keyof Boot) => ({
    name: way.name,
    samples: (boots.get(way) ?? []).map((boot) => boot[what]),
  });
  const target = { is: 'times', limit: 1.1 } as const;
  const compare = (title: string, what: keyof Boot) =>
    row(title, 'ms', figures(ways[0], what), target, figures(ways[1], what));
  return [compare('fifty guests are up', 'elapsed'), compare('fifty guests are up, CPU time', 'spent')];
}

/** In milliseconds. */
interface Boot {
  readonly elapsed: number;
  readonly spent: number;
}

/** Boots the host with these units enabled, and no others: from the start of its systemd until the last guest is up. */
async function bootWith(host: Host, { name, units }: Way): Promise<Boot> {
  const all = ways.flatMap((way) => way.units).join(' ');
  await host.sh(`systemctl stop ${all}
    systemctl disable --quiet ${all}; systemctl enable --quiet ${units.join(' ')}; sync`);
  await host.cutPower();
  const told = await host.sh(`read -r _ spent </sys/fs/cgroup/cpu.stat
    systemctl show -P UserspaceTimestampMonotonic
    systemctl is-active --quiet ${units.join(' ')} && echo $spent
    systemctl show -P ActiveEnterTimestampMonotonic ${units.join(' ')} | sort -n | tail -n 1`);
  const [began = Number.NaN, spent = Number.NaN, up = Number.NaN] = told.split('\n').map(Number);
  say(`${name}: ${Math.round((up - began) / 1000)} ms, CPU ${Math.round(spent / 1000)} ms`);
  if (!(up > began)) throw new Error(`The guests of ${name} are not up:\n${told}`);
  return { elapsed: (up - began) / 1000, spent: spent / 1000 };
}
