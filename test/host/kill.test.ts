// SIGKILL at many points of everything that changes a guest, and power cuts of the whole host. After each the guest starts
// with its /etc and /var on what it had or on what is new, nothing is damaged, and the next update completes.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fingerprint } from './fingerprint.ts';
import { declare, eventually, repositoryOf, start, status, update } from './guests.ts';
import { bootHost, type Host } from './host.ts';
import { lightFile, publishLight, readInside } from './light.ts';
import { makeMirror } from './mirror.ts';

let host: Host;
let before: unknown;
let version = 0;

/** What is killed in each guest, and how its run begins. */
const victims = {
  update: { units: ['update'], begin: 'systemctl start --no-block ostree-guest-update@update' },
  boot: { units: ['boot'], begin: 'systemctl start --no-block systemd-nspawn@boot' },
  switch: {
    units: ['switch', 'assess', 'boot'],
    begin: 'systemctl start --no-block ostree-guest-switch@switch',
  },
} as const;
type Victim = keyof typeof victims;

const pointsEach = 40;

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
  for (const name of Object.keys(victims)) {
    await publishNext(name);
    const policy = '[Update]\nTries=3\nConcurrency=9\nHealthTimeoutSec=1min\n';
    await declare(host, name, lightFile(policy, name));
    await update(host, name);
    await start(host, name);
    await host.sh(`cd /var/lib/ostree-guests/${name}/sysroot/ostree/deploy/${name}
      for path in deploy/*.0/etc var; do echo kept >$path/kept; done`);
  }
  before = await fingerprint(host);
});
afterAll(() => host?.stop());

/** Some files more each time, so that there is something to fetch. */
function publishNext(name: string): Promise<string> {
  version += 1;
  const files = Object.fromEntries(
    Array.from({ length: 50 }, (_, i) => [`/usr/share/v${version}/${i}`, `${version}.${i}`]),
  );
  return publishLight(host, `12.${version}`, files, name);
}

const unit = (step: string, name: string) => `ostree-guest-${step}@${name}.service`;

/** Until nothing of the guest is on its way any more. */
const settled = (name: string) => {
  const all = ['update', 'boot', 'switch', 'assess'].map((step) => unit(step, name)).join(' ');
  return eventually(
    host,
    `! systemctl show --property=ActiveState --property=Job ${all} systemd-nspawn@${name} |
      grep -E '^Job=[1-9]|=(activating|deactivating)$' &&
    [ "$(systemctl is-active ${unit('assess', name)})" != active ]`,
  );
};

const stop = (name: string) =>
  host.sh(`systemctl stop systemd-nspawn@${name}
    systemctl reset-failed 'systemd-nspawn@${name}*' 'ostree-guest-*@${name}*' 2>/dev/null || true`);

/** Begins a run, and kills it after some time; answers whether it had not ended before. */
async function killAfter(name: Victim, seconds: number): Promise<boolean> {
  const { units, begin } = victims[name];
  const all = units.map((step) => unit(step, name)).join(' ');
  const states = await host.sh(`${begin}; sleep ${seconds}
    systemctl is-active ${all} || true
    systemctl kill --signal=KILL ${all} 2>/dev/null || true`);
  await settled(name);
  return /^(activating|active)$/m.test(states);
}

async function expectWell(name: string, commits: readonly string[]): Promise<void> {
  await start(host, name);
  const { running } = await status(host, name);
  expect(commits).toContain(running?.checksum);
  expect(await readInside(host, name, '/etc/kept', '/var/kept')).toBe('kept\nkept');
}

async function expectCompleted(name: string, commit: string): Promise<void> {
  await update(host, name);
  await host.run('systemctl', 'start', unit('switch', name));
  expect(await status(host, name)).toMatchObject({
    running: { checksum: commit },
    staged: null,
    trial: null,
  });
  expect(await readInside(host, name, '/etc/kept', '/var/kept')).toBe('kept\nkept');
  expect(await host.sh(`ostree fsck --repo=${repositoryOf(name)}`)).toContain('no errors');
}

/** How long a run takes that nobody disturbs, in seconds. */
async function timeOf(name: Victim): Promise<number> {
  await prepare(name);
  const began = Date.now();
  await host.sh(victims[name].begin.replace('--no-block ', ''));
  const seconds = (Date.now() - began) / 1000;
  await host.sh(`systemctl start ${unit('switch', name)}`);
  return seconds;
}

/** Brings the guest to where the run begins; answers the commit that is next. */
async function prepare(name: Victim): Promise<string> {
  const commit = await publishNext(name);
  if (name !== 'update') await update(host, name);
  if (name === 'boot') await stop(name);
  return commit;
}

test.concurrent.each(Object.keys(victims) as Victim[])(
  'the %s step, killed anywhere, harms nothing, and the next run completes it',
  async (name) => {
    let whole = await timeOf(name);
    let hits = 0;
    for (let point = 0; point < pointsEach; point += 1) {
      const { deployments } = await status(host, name);
      const commit = await prepare(name);
      // Early and late ones in turn. A late kill that missed tells that a run is shorter by now.
      const seconds = ((((point * 17) % pointsEach) + 0.5) * whole) / pointsEach;
      if (await killAfter(name, seconds)) hits += 1;
      else if (seconds > whole / 2) whole = seconds;
      await stop(name);
      await expectWell(name, [deployments[0]?.checksum ?? '', commit]);
      await expectCompleted(name, commit);
    }
    console.log(`${name}: ${hits} of ${pointsEach} kills hit a run of ${whole} s`);
    expect(hits).toBeGreaterThan(pointsEach / 3);
  },
  3_600_000,
);

test('the host is as it was', async () => {
  expect(await fingerprint(host)).toEqual(before);
});
