import { afterAll, beforeAll, expect, test } from 'vitest';
import { fingerprint } from './fingerprint.ts';
import { declare, eventually, inGuest, repositoryOf, start, status, update } from './guests.ts';
import { bootHost, type Host } from './host.ts';
import { makeMirror, publish, serverRef } from './mirror.ts';

let host: Host;
let version = 0;

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
  await declare(host, 'mail');
  await update(host, 'mail');
  await start(host, 'mail');
  await inGuest(host, 'mail', 'echo kept >/etc/kept; echo kept >/var/kept');
});
afterAll(() => host?.stop());

/** Some files more each time, so that there is something to fetch. */
async function publishNext(): Promise<string> {
  version += 1;
  const files = Object.fromEntries(
    Array.from({ length: 50 }, (_, i) => [`/usr/share/v${version}/${i}`, `${version}.${i}`]),
  );
  return publish(host, serverRef, { version: `12.${version}`, files });
}

const stop = () =>
  host.sh(
    'systemctl stop systemd-nspawn@mail; systemctl reset-failed "systemd-nspawn@mail*" "ostree-guest-*" || true',
  );

/** Kills all of a unit, the given seconds after its start; answers whether it had not ended before. */
async function killAfter(unit: string, seconds: number, startUnit: string): Promise<boolean> {
  const result = await host.sh(`
    systemctl start --no-block ${startUnit}
    sleep ${seconds}
    state=$(systemctl is-active ${unit} || true)
    systemctl kill --signal=KILL ${unit} 2>/dev/null || true
    echo "$state"`);
  await eventually(
    host,
    `! systemctl is-active --quiet ${unit} && [ "$(systemctl is-active ${unit})" != activating ]`,
  );
  return result === 'activating';
}

/** The guest starts with its /etc and /var, on the commit it had or on the new one; nothing is damaged. */
async function expectWell(commits: readonly string[]): Promise<void> {
  await start(host, 'mail');
  const { running } = await status(host, 'mail');
  expect(commits).toContain(running?.checksum);
  expect(await inGuest(host, 'mail', 'cat /etc/kept /var/kept')).toBe('kept\nkept');
}

async function expectCompleted(commit: string): Promise<void> {
  await update(host, 'mail');
  await stop();
  await start(host, 'mail');
  expect(await status(host, 'mail')).toMatchObject({ running: { checksum: commit }, staged: null });
  expect(await host.sh(`ostree fsck --repo=${repositoryOf('mail')}`)).toContain('no errors');
}

/** Seconds from the start of a unit to its end, evenly. */
const points = (count: number, run: number) =>
  Array.from({ length: count }, (_, index) => ((index + 0.5) * run) / count);

test('an update that is killed anywhere harms nothing, and the next one completes it', async () => {
  const before = await fingerprint(host);
  let hits = 0;
  for (const seconds of points(12, 1.2)) {
    const { deployments } = await status(host, 'mail');
    const commit = await publishNext();
    if (await killAfter('ostree-guest-update@mail.service', seconds, 'ostree-guest-update@mail.service'))
      hits += 1;
    await stop();
    await expectWell([deployments[0]?.checksum ?? '', commit]);
    await expectCompleted(commit);
  }
  expect(hits).toBeGreaterThan(3);
  expect(await fingerprint(host)).toEqual(before);
});

test('a start that is killed anywhere while it deploys harms nothing, and the next one completes it', async () => {
  let hits = 0;
  for (const seconds of points(12, 0.8)) {
    const { deployments } = await status(host, 'mail');
    const commit = await publishNext();
    await update(host, 'mail');
    await stop();
    if (await killAfter('ostree-guest-boot@mail.service', seconds, 'systemd-nspawn@mail.service')) hits += 1;
    await stop();
    await expectWell([deployments[0]?.checksum ?? '', commit]);
    await expectCompleted(commit);
  }
  expect(hits).toBeGreaterThan(3);
});

test('a host that loses power boots with its guests, whatever they were at', async () => {
  await host.run('machinectl', 'enable', 'mail');
  await host.run('systemctl', 'enable', 'ostree-guest-update@mail.timer');
  const before = await fingerprint(host);
  for (const seconds of [0.3, 0.6, 0.9]) {
    const { deployments } = await status(host, 'mail');
    const commit = await publishNext();
    await host.sh(`systemctl start --no-block ostree-guest-update@mail; sleep ${seconds}`);
    await host.cutPower();
    expect(await host.sh('systemctl is-active ostree-guest-update@mail.timer')).toBe('active');
    await eventually(host, '[ "$(systemctl is-active systemd-nspawn@mail)" = active ]');
    await expectWell([deployments[0]?.checksum ?? '', commit]);
    await expectCompleted(commit);
  }
  expect(await fingerprint(host)).toEqual(before);
});
