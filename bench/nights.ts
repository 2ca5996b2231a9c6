// What a night costs in which nothing is new.
import { makeDeb } from '../test/host/debs.ts';
import { declare, guestFile, update } from '../test/host/guests.ts';
import type { Host } from '../test/host/host.ts';
import { type MirrorServer, serveMirror } from '../test/host/http.ts';
import { makeMirror, serverRef } from '../test/host/mirror.ts';
import { measure } from './measure.ts';
import { offerPackages } from './offer-packages.ts';
import { type Measured, type Row, row } from './results.ts';
import type { Scenario } from './scenario.ts';

/** Figures of a hundred guests are ten times these. */
const names = Array.from({ length: 10 }, (_, index) => `night-${index}`);
const units = (which: readonly string[]) => which.map((name) => `ostree-guest-update@${name}`).join(' ');
const layered = 'layered';
const layeredRef = 'debian/12/layered';

export const nights: Scenario = {
  name: 'nights',
  measure: async (host) => {
    await makeMirror(host);
    const server = await serveMirror(host);
    await makeGuests(host, server);
    return { rows: await measureNothingNew(host, server) };
  },
};

async function makeGuests(host: Host, { url }: MirrorServer): Promise<void> {
  const withPackages = await offerPackages(host, {
    debs: [await makeDeb(host, 'tool', { version: '1' })],
    directory: '/srv/mirror/apt',
    url: `${url}/apt`,
    ref: layeredRef,
  });
  for (const name of names) await declare(host, name, guestFile('', `${url}/repo`));
  await declare(host, layered, guestFile(withPackages('tool'), `${url}/repo`).replace(serverRef, layeredRef));
  // The second one finds nothing new, and writes down what it asked.
  for (const name of [...names, layered, ...names, layered]) await update(host, name);
}

const tenfold = ({ name, samples }: Measured): Measured => ({
  name,
  samples: samples.map((value) => 10 * value),
});

async function measureNothingNew(host: Host, server: MirrorServer): Promise<Row[]> {
  const inTurn = {
    name: 'one after the other',
    command: `for unit in ${units(names)}; do systemctl start $unit; done`,
  };
  const atOnce = { name: 'at the same time', command: `systemctl start ${units(names)}` };
  const plain = { name: 'without', command: `systemctl start ${units(names.slice(0, 1))}` };
  const withPackages = { name: 'with [Packages]', command: `systemctl start ${units([layered])}` };
  const { elapsed, spent } = await measure(host, [inTurn, atOnce, plain, withPackages], { rounds: 5 });
  await server.forget();
  await host.sh(plain.command);
  const asked = (await server.requests()).length;
  const target = { is: 'at most', limit: 15_000 } as const;
  const against = { is: 'times', limit: 1.5 } as const;
  return [
    ...[inTurn, atOnce].map((contender) =>
      row('100 updates, nothing new, CPU time', 'ms', tenfold(spent(contender)), target),
    ),
    row('nothing new, requests', 'requests', { name: 'ours', samples: [asked] }),
    row('nothing new', 'ms', elapsed(withPackages), against, elapsed(plain)),
    row('nothing new, CPU time', 'ms', spent(withPackages), against, spent(plain)),
  ];
}
