// Ten guests of one tree against one.
import { declare, guestsOnDisk, update } from '../test/host/guests.ts';
import type { Host } from '../test/host/host.ts';
import { say } from '../test/host/say.ts';
import { type Row, row } from './results.ts';

/** There is one guest, just created. Nine more are made, and removed. */
export async function measureDisk(host: Host): Promise<Row> {
  say('ten guests on disk ...');
  const one = (await guestsOnDisk(host)) / 1024;
  const names = Array.from({ length: 9 }, (_, index) => `twin-${index}`);
  for (const name of names) {
    await declare(host, name);
    await update(host, name);
  }
  const ten = (await guestsOnDisk(host)) / 1024;
  for (const name of names) await host.run('guestctl', 'remove', '--yes', name);
  return row(
    'disk, ten guests of one tree',
    'MiB',
    { name: 'ten', samples: [ten] },
    { is: 'times', limit: 1.1 },
    { name: 'one', samples: [one] },
  );
}
