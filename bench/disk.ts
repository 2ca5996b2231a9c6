// Ten guests of one tree against one.
import { declare, guestsOnDisk, update } from '../test/host/guests.ts';
import type { Host } from '../test/host/host.ts';
import { makeGuest } from './guest.ts';
import { type Row, row } from './results.ts';
import type { Scenario } from './scenario.ts';

export const disk: Scenario = {
  name: 'disk',
  measure: async (host) => {
    await makeGuest(host);
    return { rows: [await measureDisk(host)] };
  },
};

/** There is one guest, just created. */
async function measureDisk(host: Host): Promise<Row> {
  const one = (await guestsOnDisk(host)) / 1024;
  const names = Array.from({ length: 9 }, (_, index) => `twin-${index}`);
  for (const name of names) {
    await declare(host, name);
    await update(host, name);
  }
  const ten = (await guestsOnDisk(host)) / 1024;
  return row(
    'ten guests of one tree',
    'MiB',
    { name: 'ten', samples: [ten] },
    { is: 'times', limit: 1.1 },
    { name: 'one', samples: [one] },
  );
}
