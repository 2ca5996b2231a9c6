// A whole site: a commit goes from the builder over a mirror round the hosts, one guest down at a time; a bad one stops at the first;
// the builder loses power at any point. Bytes are counted on the wire.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { life } from '../campaign/init.ts';
import { holdAtEnd, watchGuest } from '../host/disk-events.ts';
import { eventually, history, status } from '../host/guests.ts';
import { type Host, outside } from '../host/host.ts';
import { say } from '../host/say.ts';
import { runClients } from './many-clients.ts';
import {
  builderUrl,
  built,
  change,
  counted,
  guest,
  locksHeld,
  makeSite,
  mirrorUrl,
  objects,
  outages,
  publish,
  ref,
  repository,
  runMirror,
  type Site,
  serveBuilder,
  simulated,
  type Traffic,
  updateAll,
} from './site.ts';

let site: Site;

/** Texts, as many as a distribution changes in a small update. */
const texts = (version: number, count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `/usr/share/texts/${index}`,
      `${version}\n${randomBytes(1000).toString('hex')}\n`,
    ]),
  );

beforeAll(async () => {
  site = await makeSite();
  await change(site.builder, {
    ...life('stays'),
    ...texts(1, 200),
    '/usr/lib/large': randomBytes(3_000_000),
  });
  await publish(site);
  await runMirror(site);
  await updateAll(site.clients);
  for (const client of site.clients) await client.run('machinectl', 'start', guest);
});
afterAll(() => site?.stop());

/** What each guest runs. */
const running = async () =>
  Promise.all(site.clients.map(async (client) => (await status(client, guest)).running?.checksum));

/** Of all guests, in their order. */
const allOutages = async () =>
  (await Promise.all(site.clients.map(outages))).flat().toSorted((one, other) => one.from - other.from);

/** Never two guests were down, and none without the lock. */
async function expectOneDownAtATime(): Promise<void> {
  const down = await allOutages();
  for (const [index, { from }] of down.entries())
    expect(from, JSON.stringify(down)).toBeGreaterThan(down[index - 1]?.to ?? 0);
  const { most, left } = locksHeld(await site.lockRequests());
  expect(most).toBeLessThanOrEqual(1);
  expect(left).toBe(0);
}

test('a new commit goes round with one guest down at a time, and its bytes come to the site once', async () => {
  const before = await objects(site.builder);
  await change(site.builder, { ...texts(2, 100), '/usr/lib/new': randomBytes(3_000_000) });
  const next = await publish(site);
  const changed = [...(await objects(site.builder))]
    .filter(([name]) => !before.has(name))
    .reduce((sum, [, size]) => sum + size, 0);

  const { builder, clients, mirrorServer } = site;
  await mirrorServer.forget();
  const [fromBuilder, ...atClients] = await counted([builder, ...clients], async () => {
    expect(await runMirror(site)).toBe(next);
    await updateAll(clients);
  });
  const received = atClients.map((client) => client.received);
  say(
    `changed: ${changed} B compressed; the builder sent ${fromBuilder?.sent} B, guests' hosts received ${received.join(', ')} B`,
  );
  expect(await running()).toEqual(clients.map(() => next));
  expect(fromBuilder?.sent).toBeLessThan(1.1 * changed);
  for (const bytes of received) expect(bytes).toBeLessThan(1.1 * changed);
  expect((await mirrorServer.requests()).filter((path) => path.endsWith('.filez'))).toEqual([]);

  // Each was down once, and two of them had to wait.
  expect((await allOutages()).map(({ host }) => host).toSorted()).toEqual([0, 1, 2]);
  const requests = await site.lockRequests();
  const given = requests.filter(({ path, status }) => path === '/v1/pre-reboot' && status === '200');
  expect(new Set(given.map(({ id }) => id)).size).toBe(3);
  expect(requests.some(({ status }) => status === '500')).toBe(true);
  await expectOneDownAtATime();
  const outcomes = await Promise.all(clients.map((client) => history(client, guest)));
  for (const entries of outcomes)
    expect(entries.at(-1)).toMatchObject({ action: 'switch', outcome: 'blessed', to: next });
  expect(outcomes.flat().filter(({ outcome }) => outcome === 'waiting').length).toBeGreaterThan(0);
});

let bad: string;
/** All but the first wait for three days. */
const later = '[Update]\nNotBefore=3d\n';

/** Three days pass for what is staged. */
const waitThreeDays = (client: Host) =>
  client.sh(`node -e "
    const { readFileSync, writeFileSync } = require('fs');
    const file = '/var/lib/ostree-guests/${guest}/staged.json';
    const { uptime, time, ...staged } = JSON.parse(readFileSync(file));
    writeFileSync(file, JSON.stringify({ ...staged, time: time - 3 * 86400000 }));"`);

test('a bad one stops at the first guest, which goes back', async () => {
  const [canary, ...others] = site.clients;
  for (const client of others) {
    await client.write('/etc/ostree-guests/guest.d/60-later.conf', later);
    await client.run('systemctl', 'daemon-reload');
  }
  const good = await running();
  const before = await allOutages();
  await change(site.builder, life('panics'));
  bad = await publish(site);
  expect(await runMirror(site)).toBe(bad);
  await updateAll(others, [canary]);

  expect(await running()).toEqual(good);
  expect((await status(canary, guest)).rejected).toMatchObject([{ checksum: bad }]);
  for (const client of others)
    expect(await status(client, guest)).toMatchObject({
      state: 'running',
      staged: { checksum: bad },
      rejected: [],
    });
  // Nobody else went down for it.
  const since = (await allOutages()).slice(before.length);
  expect(since.map(({ host }) => host)).toEqual(since.map(() => 0));
  expect(since.length).toBeGreaterThan(0);
  await expectOneDownAtATime();
});

const reader = (name: string, url: string) => `
  ostree init --repo=/srv/${name} --mode=bare-user
  ostree --repo=/srv/${name} remote add --gpg-import=/etc/ostree-guests/site.asc site ${url}`;

/** Pulls again and again, and looks at each commit that it got. It leaves the processors to what it looks at. */
const reads = (name: string) => `while [ ! -e /srv/enough ]; do
  begun=$(date +%s%N)
  if said=$(timeout 60 ostree --repo=/srv/${name} pull site ${ref} 2>&1); then
    if said=$(ostree fsck --repo=/srv/${name} 2>&1); then
      ostree --repo=/srv/${name} rev-parse site:${ref} >>/srv/${name}.read
    else
      printf '%s\\n' "$said" >>/srv/${name}.damaged
    fi
  else
    echo "$begun $(date +%s%N) $(printf %s "$said" | tr '\\n' ' ')" >>/srv/${name}.failed
  fi
  sleep 0.5
done
`;

async function startReader(host: Host, name: string, url: string): Promise<void> {
  await host.sh(reader(name, url));
  await host.write(`/srv/${name}.sh`, reads(name));
  await host.run('systemd-run', '--quiet', `--unit=${name}`, 'bash', `/srv/${name}.sh`);
}

async function endReader(host: Host, name: string) {
  await host.sh(`touch /srv/enough; until ! systemctl is-active -q ${name}; do sleep 0.1; done`);
  const lines = async (kind: string) =>
    (await host.sh(`cat /srv/${name}.${kind} 2>/dev/null || true`)).split('\n').filter(Boolean);
  return { read: await lines('read'), damaged: await lines('damaged'), failed: await lines('failed') };
}

/** Where the builder is cut off: what it changes, below a directory. */
const points = [
  ['while the tree is made', `ostree-guest-build@${guest}.service`, built, /^work\/build\/root\//],
  ['while the tree is committed', `ostree-guest-build@${guest}.service`, built, /^repo\/(objects|tmp)/],
  ['while objects are published', `ostree-guest-publish@${guest}.service`, repository, /^(objects|tmp)\//],
  ['while deltas are made', `ostree-guest-publish@${guest}.service`, repository, /^deltas\//],
  ['when the ref moves', `ostree-guest-publish@${guest}.service`, repository, /^refs\/heads\/site\//],
  ['while the summary is made', `ostree-guest-publish@${guest}.service`, repository, /summary/],
] as const;

/** Builds and publishes, and cuts the power of the builder at the first change of a kind. Returns between when it was away. */
async function cutOff(unit: string, directory: string, kind: RegExp): Promise<{ from: number; to: number }> {
  const { builder } = site;
  await holdAtEnd(builder, unit, directory);
  let from = 0;
  let booted: Promise<void> | undefined;
  const unwatch = watchGuest(outside(builder, directory), (event) => {
    if (booted || !kind.test(event)) return;
    from = Date.now();
    booted = builder.cutPower();
  });
  const done = await builder.try(
    `systemctl start ostree-guest-build@${guest} && systemctl start ostree-guest-publish@${guest}`,
  );
  unwatch();
  expect(booted, done.all).toBeDefined();
  expect(done.exitCode).not.toBe(0);
  await booted;
  await serveBuilder(builder);
  return { from, to: Date.now() };
}

test('the builder loses power at any point, and nobody pulls half of anything', async () => {
  const { builder, mirror, clients } = site;
  const [, , last] = clients;
  await startReader(mirror, 'upstream', builderUrl);
  await startReader(last, 'downstream', mirrorUrl);
  // The OSTree of Debian 12 waits for ever for a builder that is gone.
  const unit = `ostree-guest-mirror@${guest}`;
  await mirror.run(
    'systemd-run',
    '--quiet',
    '--unit=mirrors',
    'bash',
    '-c',
    `until [ -e /srv/enough ]; do timeout 120 systemctl start ${unit} || systemctl stop ${unit}; sleep 1; done`,
  );
  const away: { from: number; to: number }[] = [];
  const offered = [await builder.sh(`ostree --repo=${repository} rev-parse ${ref}`)];
  for (const [index, [title, step, directory, kind]] of points.entries()) {
    await change(builder, { ...life('stays'), ...texts(3 + index, 60) });
    away.push(await cutOff(step, directory, kind));
    const there = await builder.sh(`ostree --repo=${repository} rev-parse ${ref}`);
    const next = await publish(site);
    expect(next, title).not.toBe(offered.at(-1));
    expect([offered.at(-1), next], title).toContain(there);
    offered.push(next);
    // Until somebody has read it.
    await eventually(mirror, `grep -q ${next} /srv/upstream.read`);
    await eventually(last, `grep -q ${next} /srv/downstream.read`);
  }
  const up = await endReader(mirror, 'upstream');
  const down = await endReader(last, 'downstream');
  await eventually(mirror, '! systemctl is-active -q mirrors');
  say(
    `${up.read.length} reads from the builder, and ${up.failed.length} failed while it was away; ${down.read.length} from the mirror`,
  );
  expect([...up.damaged, ...down.damaged]).toEqual([]);
  for (const read of [...up.read, ...down.read]) expect(offered).toContain(read);
  // The clients of the site do not notice.
  expect(down.failed).toEqual([]);
  for (const line of up.failed) {
    const [begun = 0, ended = 0] = line.split(' ').map((nanoseconds) => Number(nanoseconds) / 1e6);
    expect(
      away.some(({ from, to }) => begun <= to && from <= ended),
      line,
    ).toBe(true);
  }
  for (const host of [builder, mirror])
    expect(await host.sh(`ostree fsck --repo=${repository}`)).toContain('no errors');
});

/** What one client receives for an update, and what it asks the mirror for. */
let one: Traffic | undefined;
let asked: string[] = [];
/** What it receives if there is nothing new. */
let idle: Traffic | undefined;

test('everybody is on the good one in the end, and only the first ever booted the bad one', async () => {
  const { clients } = site;
  const [canary, ...others] = clients;
  // It skips some commits, so no static delta fits.
  await updateAll([canary]);
  await change(site.builder, texts(20, 60));
  const good = await publish(site);
  expect(await runMirror(site)).toBe(good);
  await site.mirrorServer.forget();
  [one] = await counted([canary], () => updateAll([canary]));
  asked = await site.mirrorServer.requests();
  [idle] = await counted([canary], () => updateAll([canary]));
  expect(idle?.received).toBeLessThan(20_000);
  expect((await status(canary, guest)).running?.checksum).toBe(good);
  expect(asked.filter((path) => path.endsWith('.filez'))).toEqual([]);
  await updateAll(others);
  for (const client of others) {
    expect((await status(client, guest)).staged?.checksum).toBe(good);
    await waitThreeDays(client);
  }
  await updateAll(others);
  expect(await running()).toEqual(clients.map(() => good));
  await expectOneDownAtATime();
  for (const client of others) {
    const entries = await history(client, guest);
    expect(entries.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(entries.filter(({ to }) => to === bad).map(({ outcome }) => outcome)).toEqual(['staged']);
  }
});

test('a thousand clients: never more hold a lock than may, and each costs what one costs', async () => {
  const { mirror, clients, mirrorServer } = site;
  const before = (await site.lockRequests()).length;
  await mirrorServer.forget();
  const urls = asked.map((path) => mirrorServer.url + path);
  const fleets = [334, 333, 333].map((count) => ({ count, ...simulated, urls }));
  let seconds: number[] = [];
  const [sent] = await counted([mirror], async () => {
    seconds = await Promise.all(
      fleets.map((fleet, index) => runClients(clients[index] ?? mirror, index, fleet)),
    );
  });
  const requests = (await site.lockRequests()).slice(before);
  const { most, left } = locksHeld(requests);
  expect(most).toBeLessThanOrEqual(simulated.slots);
  expect([left, requests.filter(({ path }) => path === '/v1/steady-state').length]).toEqual([0, 1000]);
  expect(await mirrorServer.requests()).toHaveLength(1000 * asked.length);
  say(
    `${requests.length} requests to the lock server in ${Math.max(...seconds)} s; an update: ${asked.length} requests, ${one?.received} B; a thousand: ${sent?.sent} B; without anything new: ${idle?.received} B`,
  );
  expect(sent?.sent).toBeLessThan(1.1 * 1000 * (one?.received ?? 0));
});
