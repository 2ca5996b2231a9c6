// Every kind of update that goes wrong, on every way into a guest, with and without a rehearsal. What comes of it is the
// table in docs/updates.md; UPDATE_DOCS=1 writes it there.
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fault, faults, healthCheck } from '../host/faults.ts';
import {
  beginReboot,
  canRehearse,
  declare,
  eventually,
  guestFile,
  history,
  inGuest,
  start,
  status,
  update,
} from '../host/guests.ts';
import { bootHost, type Host } from '../host/host.ts';
import { makeMirror, publish, serverRef } from '../host/mirror.ts';

let host: Host;
let good: string;

interface Way {
  readonly title: string;
  readonly name: string;
  readonly update: string;
  /** Brings the update, as far as it goes. */
  readonly take: (name: string) => Promise<unknown>;
  /** Does that restart the guest, whatever came of the update? */
  readonly restarts: boolean;
}

const tryUpdate = (name: string) => host.try(`systemctl start ostree-guest-update@${name}`);

const ways: readonly Way[] = [
  {
    title: 'staged, then rebooted',
    name: 'reboot',
    update: 'Action=stage\n',
    restarts: true,
    take: async (name) => {
      await tryUpdate(name);
      // Asked from inside, as somebody does who is logged in there.
      await beginReboot(host, name, () => host.try(`systemd-run --machine ${name} --quiet systemctl reboot`));
    },
  },
  { title: '`Action=switch`', name: 'switch', update: 'Action=switch\n', restarts: false, take: tryUpdate },
  {
    title: 'maintenance window',
    name: 'window',
    update: 'Action=stage\nSwitchOnCalendar=*:*:0/5\n',
    restarts: false,
    take: async (name) => {
      await tryUpdate(name);
      const runs = `systemctl show --property=InvocationID --value ostree-guest-switch@${name}`;
      const before = await host.sh(runs);
      await host.run('systemctl', 'start', `ostree-guest-switch@${name}.timer`);
      await eventually(host, `[ "$(${runs})" != '${before}' ]`);
      await host.run('systemctl', 'stop', `ostree-guest-switch@${name}.timer`);
    },
  },
];

const columns = ways.flatMap((way) => [
  { ...way, rehearse: false },
  ...(canRehearse ? [{ ...way, name: `${way.name}-rehearsed`, rehearse: true }] : []),
]);
type Column = (typeof columns)[number];

/** How long guests may take to become healthy. A good one may on a busy machine, too; a bad one only fails later. */
async function patience(seconds: number): Promise<void> {
  const text = `[Update]\nHealthTimeoutSec=${seconds}s\n`;
  for (const { name } of columns) await host.write(`/etc/ostree-guests/${name}.guest.d/patience.conf`, text);
  await host.run('systemctl', 'daemon-reload');
}

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
  good = await publish(host, serverRef, { version: '1', ...faults['is good'] });
  await patience(180);
  const policy = `HealthCheck=${healthCheck}\nConcurrency=3\n`;
  for (const { name, update: own, rehearse } of columns) {
    await declare(host, name, guestFile(`[Update]\n${own}${policy}${rehearse ? 'Rehearse=yes\n' : ''}`));
    await update(host, name);
    await start(host, name);
  }
});
afterAll(() => host?.stop());

/** Waits until the guest runs, and nobody works on it or has yet to judge it. */
async function quiet(name: string): Promise<void> {
  const units = `'ostree-guest-*@${name}.service' systemd-nspawn@${name}.service`;
  await host.sh(`trials=/var/lib/ostree-guests/${name}/trials
    until [ -z "$(ls -A $trials 2>/dev/null)" ] &&
      [ "$(systemctl list-units --plain --no-legend --state=activating,active ${units} | awk '{ print $1, $3 }')" = \
        'systemd-nspawn@${name}.service active' ]
    do sleep 0.5; done`);
}

/** Which start of the guest its run is of. */
const startOf = (name: string) => host.sh(`systemctl show -P InvocationID systemd-nspawn@${name}`);

/** A rehearsal that failed fails the update, leaves nothing of it, and the guest runs on. */
async function expectNothingButSaid({ name, restarts }: Column, before: string): Promise<void> {
  expect(await host.sh(`systemctl is-failed ostree-guest-update@${name}`)).toBe('failed');
  expect(await host.sh(`ls /var/lib/ostree-guests/${name}`)).not.toContain('rehearsal');
  if (!restarts) expect(await startOf(name)).toBe(before);
}

/** Takes the update and waits until nothing more happens: what the history says of it, in words. */
async function outcomeOf(column: Column, commit: string): Promise<string> {
  const { name, take } = column;
  const before = await startOf(name);
  await take(name);
  await quiet(name);
  const told = (await history(host, name)).filter(({ to, from }) => to === commit || from === commit);
  const count = (action: string, outcome: string) =>
    told.filter((entry) => entry.action === action && entry.outcome === outcome).length;
  const rehearsed = count('rehearse', 'done') ? ['rehearsed'] : [];
  if (count('rehearse', 'failed')) {
    await expectNothingButSaid(column, before);
    return 'found out in the rehearsal, not switched';
  }
  if (count('switch', 'blessed')) return [...rehearsed, 'switched', 'healthy'].join(', ');
  if (count('rollback', 'done'))
    return `switched, not healthy in ${count('switch', 'failed')} starts; went back`;
  return JSON.stringify(told);
}

/** What is found out when the time is up. */
const onlyTimeTells = new Set<Fault>(['hangs while it boots', 'boots and fails its health check']);

const table: Record<string, string[]> = {};

test.each(Object.keys(faults) as Fault[])(
  'an update that %s',
  async (fault) => {
    const commit = await publish(host, serverRef, { version: fault, ...faults[fault] });
    if (fault === 'is good') good = commit;
    await patience(onlyTimeTells.has(fault) ? 12 : 180);
    const outcomes = await Promise.all(columns.map((column) => outcomeOf(column, commit)));
    for (const { name } of columns) {
      const { state, running, staged, rejected } = await status(host, name);
      expect({ name, state, commit: running?.checksum, staged }).toEqual({
        name,
        state: 'running',
        commit: good,
        staged: null,
      });
      expect(rejected.some(({ checksum }) => checksum === commit)).toBe(fault !== 'is good');
      expect(await inGuest(host, name, 'systemctl is-active default.target; cat /usr/share/healthy')).toBe(
        'active\nyes',
      );
    }
    table[fault] = outcomes;
  },
  1_200_000,
);

test('the table in the docs says what came of it', () => {
  const title = ({ title, rehearse }: Column) => `${title}${rehearse ? ', with `Rehearse=yes`' : ''}`;
  const titles = ['the update', ...columns.map(title)];
  const seen = [
    titles,
    titles.map(() => '---'),
    ...Object.entries(table).map(([fault, outcomes]) => [fault, ...outcomes]),
  ];
  const file = 'docs/updates.md';
  const text = readFileSync(file, 'utf8');
  const place = /(?<=<!-- cases -->\n).*(?=<!-- end of cases -->)/s;
  if (process.env['UPDATE_DOCS']) {
    const lines = seen.map((cells) => `| ${cells.join(' | ')} |\n`);
    return writeFileSync(file, text.replace(place, lines.join('')));
  }
  const rows = (place.exec(text)?.[0] ?? '').trim().split('\n');
  const told = rows.map((row) => row.slice(2, -2).split(' | '));
  const shown = told.map((cells) => cells.filter((_, index) => titles.includes(told[0]?.[index] ?? '')));
  expect(shown).toEqual(seen);
});
