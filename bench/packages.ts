// Twenty guests with postfix over one base, and five of which each has another package in addition.
import { debs, makeDeb } from '../test/host/debs.ts';
import { declare, guestFile, guestsOnDisk, update } from '../test/host/guests.ts';
import type { Host } from '../test/host/host.ts';
import { makeMirror, serverRef } from '../test/host/mirror.ts';
import { say } from '../test/host/say.ts';
import { offerPackages } from './offer-packages.ts';
import { type Measured, type Row, row } from './results.ts';
import type { Scenario } from './scenario.ts';

const equal = Array.from({ length: 20 }, (_, index) => `equal-${index}`);
const other = Array.from({ length: 5 }, (_, index) => `other-${index}`);
/** What the package of each has in files. */
const ownMiB = 5;

export const packages: Scenario = {
  name: 'packages',
  measure: async (host) => {
    await makeMirror(host);
    const own = await Promise.all(other.map((name) => makeOwn(host, name)));
    const all = [...(await debs(host.trees, ['postfix'])), ...own];
    return { rows: await measureGuests(host, await offerPackages(host, { debs: all, ref: serverRef })) };
  },
};

const makeOwn = (host: Host, name: string): Promise<string> => {
  const content = name.repeat((ownMiB * 2 ** 20) / 50 / name.length);
  const files = Array.from({ length: 50 }, (_, index) => [
    `usr/share/own-${name}/${index}`,
    `${index}${content}`,
  ]);
  return makeDeb(host, `own-${name}`, { version: '1', files: Object.fromEntries(files) });
};

async function measureGuests(host: Host, withPackages: (install: string) => string): Promise<Row[]> {
  const create = async (name: string, install: string) => {
    say(`${name} ...`);
    await declare(host, name, guestFile(withPackages(install)));
    await update(host, name);
  };
  const [first = '', ...more] = equal;
  await create(first, 'postfix');
  const one = await onDisk(host);
  for (const name of more) await create(name, 'postfix');
  const twenty = await onDisk(host);
  const made = Number(
    await host.sh(`journalctl --sync; journalctl -o cat | grep -c '^Setting up postfix' || :`),
  );
  for (const name of other) await create(name, `postfix own-${name}`);
  const all = await onDisk(host);
  return [
    row('times that the layer of twenty guests is made', 'times', of('ours', made), {
      is: 'at most',
      limit: 1,
    }),
    onDiskRow('twenty guests on disk', of('twenty', twenty.all), of('one', one.all)),
    onDiskRow('twenty guests, their files', of('twenty', twenty.files), of('one', one.files)),
    onDiskRow(
      'five with a package of their own, files more',
      of('ours', all.files - twenty.files),
      of('the packages', ownMiB * other.length),
    ),
  ];
}

const of = (name: string, value: number): Measured => ({ name, samples: [value] });

const onDiskRow = (what: string, ours: Measured, against: Measured): Row =>
  row(what, 'MiB', ours, { is: 'times', limit: 1.05 }, against);

/** In MiB: all, and regular files alone. A file that they share counts once. */
async function onDisk(host: Host): Promise<{ all: number; files: number }> {
  const all = (await guestsOnDisk(host)) / 1024;
  const blocks =
    await host.sh(`find /var/lib/ostree-guests -xdev -type f ! -path '*/var/log/journal/*' -printf '%i %b\n' |
    sort -u | awk '{ sum += $2 } END { print sum }'`);
  return { all, files: Number(blocks) / 2048 };
}
