// SIGKILL of each step that changes a guest, after each of its changes. The guest then starts with its /etc and /var on what
// it had or on what is new, nothing is damaged, and the next update completes.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serviceCgroup } from './cgroup.ts';
import { holdAtEnd, watchGuest } from './disk-events.ts';
import { fingerprint } from './fingerprint.ts';
import { declare, eventually, repositoryOf, start, status, update } from './guests.ts';
import { bootHost, type Host, outside } from './host.ts';
import { lightFile, publishLight, readInside } from './light.ts';
import { makeMirror } from './mirror.ts';

let host: Host;
let before: unknown;
let published = 0;

/** What is killed in each guest, and what runs it. */
const victims = {
  update: { units: ['update'], run: 'systemctl start ostree-guest-update@update' },
  boot: { units: ['boot'], run: 'systemctl start systemd-nspawn@boot' },
  switch: {
    units: ['switch', 'assess', 'boot'],
    run: 'systemctl start ostree-guest-switch@switch',
  },
} as const;
type Victim = keyof typeof victims;

/** What a run of each changes on disk. */
const traces = {} as Record<Victim, string[]>;

/** A switch boots the guest: while the boot step runs, which is killed anyway, it only waits. */
const pointsOf = (name: Victim): string[] =>
  name === 'switch'
    ? traces.switch.filter((event, index) => !traces.boot.includes(event) || index % 3 === 0)
    : traces[name];

const directoryOf = (name: string) => `/var/lib/ostree-guests/${name}`;

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
  for (const name of Object.keys(victims)) {
    await publishNext(name);
    const policy = '[Update]\nTries=3\nConcurrency=9\nHealthTimeoutSec=3min\n';
    await declare(host, name, lightFile(policy, name));
    await update(host, name);
    await start(host, name);
    await host.sh(`cd /var/lib/ostree-guests/${name}/sysroot/ostree/deploy/${name}
      for path in deploy/*.0/etc var; do echo kept >$path/kept; done`);
    await holdAtEnd(host, unit(name, name), directoryOf(name));
  }
  for (const name of Object.keys(victims) as Victim[]) {
    traces[name] = await traceOf(name);
  }
  before = await fingerprint(host);
});
afterAll(() => host?.stop());

interface Version {
  readonly commit: string;
  /** What the tree says of itself. */
  readonly version: string;
}

/** Some files more each time, so that there is something to fetch. */
async function publishNext(name: string): Promise<Version> {
  published += 1;
  const version = `12.${published}`;
  const files = Object.fromEntries(
    Array.from({ length: 50 }, (_, i) => [`/usr/share/v${published}/${i}`, `${version}.${i}`]),
  );
  const commit = await publishLight(host, version, { ...files, '/usr/share/version': version }, name);
  return { commit, version };
}

const unit = (step: string, name: string) => `ostree-guest-${step}@${name}.service`;

/** Until nothing of the guest is on its way any more. */
const settled = (name: string) => {
  const all = ['update', 'boot', 'switch', 'assess'].map((step) => unit(step, name)).join(' ');
  return eventually(
    host,
    `shown=$(systemctl show --property=ActiveState --property=Job ${all} systemd-nspawn@${name}) &&
      ! grep -E '^Job=[1-9]|=(activating|deactivating)$' <<<"$shown" &&
    assess=$(systemctl show --property=ActiveState ${unit('assess', name)}) && [ "$assess" != ActiveState=active ]`,
  );
};

const stop = (name: string) =>
  host.sh(`systemctl stop systemd-nspawn@${name}
    systemctl reset-failed 'systemd-nspawn@${name}*' 'ostree-guest-*@${name}*' 2>/dev/null || true`);

/** The control groups of the units to kill that run. */
const running = (name: Victim): string[] =>
  victims[name].units
    .map((step) => serviceCgroup(host.work, unit(step, name)))
    .filter((cgroup) => cgroup !== undefined);

/** Begins a run, and waits until nothing more happens; each change on disk is told. */
async function run(name: Victim, changed: (event: string) => void): Promise<void> {
  const unwatch = watchGuest(outside(host, directoryOf(name)), changed);
  // It fails when it is killed.
  await host.try(victims[name].run);
  await settled(name);
  unwatch();
}

/** What a run that nobody disturbs changes, in its order. */
async function traceOf(name: Victim): Promise<string[]> {
  await prepare(name);
  const events: string[] = [];
  await run(name, (event) => {
    if (running(name).length) events.push(event);
  });
  await host.sh(`systemctl start ${unit('switch', name)}`);
  return events;
}

/**
 * Begins a run, and kills it right after a change, or after the next one if that is not told apart this time; answers whether
 * there was something to kill.
 */
async function killAt(name: Victim, point: string): Promise<boolean> {
  const trace = traces[name];
  let hit = false;
  await run(name, (event) => {
    if (hit || trace.indexOf(event) < trace.indexOf(point)) return;
    for (const cgroup of running(name)) {
      writeFileSync(join(cgroup, 'cgroup.kill'), '1');
      hit = true;
    }
  });
  return hit;
}

/** What the running guest sees: of which version its tree is, and that its /etc and /var are its own. */
async function versionIn(name: string): Promise<string> {
  const [version = '', ...kept] = (
    await readInside(host, name, '/usr/share/version', '/etc/kept', '/var/kept')
  ).split('kept');
  expect(kept).toEqual(['\n', '']);
  return version;
}

async function expectCompleted(name: string, { commit, version }: Version): Promise<void> {
  await update(host, name);
  await host.run('systemctl', 'start', unit('switch', name));
  // A switch that has nothing to do does not wait for the verdict on what runs.
  await settled(name);
  expect(await status(host, name)).toMatchObject({
    running: { checksum: commit },
    staged: null,
    trial: null,
  });
  expect(await versionIn(name)).toBe(version);
  expect(await host.sh(`ostree fsck --repo=${repositoryOf(name)}`)).toContain('no errors');
}

/** Brings the guest to where the run begins; answers the version that is next. */
async function prepare(name: Victim): Promise<Version> {
  const next = await publishNext(name);
  if (name !== 'update') await update(host, name);
  if (name === 'boot') await stop(name);
  return next;
}

test.concurrent.each(Object.keys(victims) as Victim[])(
  'the %s step, killed after each change that it makes, harms nothing, and the next run completes it',
  async (name) => {
    const points = pointsOf(name);
    expect(points.length).toBeGreaterThan(4);
    let last = await versionIn(name);
    for (const point of points) {
      const next = await prepare(name);
      expect(await killAt(name, point), `killed at ${point}`).toBe(true);
      await stop(name);
      await start(host, name);
      expect([last, next.version]).toContain(await versionIn(name));
      await expectCompleted(name, next);
      last = next.version;
    }
  },
  3_600_000,
);

test('the host is as it was', async () => {
  expect(await fingerprint(host)).toEqual(before);
});
