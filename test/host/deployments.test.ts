// Going back by hand, and what is kept.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { declare, eventually, history, start, status, update } from './guests.ts';
import { bootHost, type Host } from './host.ts';
import { lightFile, publishLight } from './light.ts';
import { makeMirror } from './mirror.ts';

let host: Host;
const commits: string[] = [];

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
  await declare(host, 'mail', lightFile());
  await next();
  await start(host, 'mail');
});
afterAll(() => host?.stop());

/** Publishes a version and brings the guest to it. */
async function next(): Promise<string> {
  const commit = await publishLight(host, String(commits.length + 1));
  commits.push(commit);
  await update(host, 'mail');
  await host.run('systemctl', 'start', 'ostree-guest-switch@mail');
  return commit;
}

interface Row {
  checksum: string;
  running: boolean;
  next: boolean;
  pinned: boolean;
  rejected: string | null;
}

const rows = async () => JSON.parse(await host.sh('guestctl deployments -o json mail')) as Row[];
/** By the numbers of their versions. */
const kept = async () => (await rows()).map(({ checksum }) => commits.indexOf(checksum) + 1);
// More often than systemd lets anybody: StartLimitBurst=.
const restart = () =>
  host.sh('systemctl reset-failed systemd-nspawn@mail; systemctl restart systemd-nspawn@mail');

test('two deployments are kept, and those that are pinned', async () => {
  await next();
  await host.sh(`guestctl pin mail ${commits[0]?.slice(0, 10)}`);
  await next();
  await next();
  expect(await kept()).toEqual([4, 3, 1]);
  expect((await rows()).map(({ pinned }) => pinned)).toEqual([false, false, true]);
  await host.sh(`guestctl unpin mail ${commits[0]?.slice(0, 10)}`);
  await next();
  expect(await kept()).toEqual([5, 4]);
  // What is no longer in the boot list goes with the clean-up of the update after.
  await next();
  expect(
    await host.sh('cd /var/lib/ostree-guests/mail/sysroot/ostree/deploy/mail/deploy; ls -d *.0 | wc -l'),
  ).toBe('3');
});

test('a rollback takes effect at the next start, with /etc as it was, and its commit is not staged again', async () => {
  await host.sh('echo six >/run/ostree-guests/mail/root/etc/edited');
  const { exitCode, stderr } = await host.try('guestctl rollback mail');
  expect([exitCode, stderr]).toEqual([
    0,
    expect.stringMatching(
      / 5 \([0-9a-f]{12}\.0\) when it starts next: guestctl reboot mail\nIts \/etc will be as it was/,
    ),
  ]);
  expect((await status(host, 'mail')).running?.checksum).toBe(commits[5]);
  expect((await rows()).map((row) => row.next)).toEqual([false, true]);
  await restart();
  expect((await status(host, 'mail')).running?.checksum).toBe(commits[4]);
  expect((await host.try('test -e /run/ostree-guests/mail/root/etc/edited')).exitCode).toBe(1);
  const skipped = await host.try('guestctl update --quiet mail');
  expect([skipped.exitCode, skipped.stderr]).toEqual([
    3,
    expect.stringMatching(
      /failed before: .*\. It has been rejected since \d{4}-\d\d-\d\d \d\d:\d\d UTC: .*guestctl forgive mail$/,
    ),
  ]);
  expect(await status(host, 'mail')).toMatchObject({ staged: null, rejected: [{ checksum: commits[5] }] });
  expect(await host.sh('ostree admin status --sysroot=/var/lib/ostree-guests/mail/sysroot')).toMatch(
    new RegExp(`${commits[4]}\\.0.*${commits[5]}\\.0`, 's'),
  );
});

test('a rollback of the rollback brings back what was left, its /etc included', async () => {
  await host.sh(`guestctl rollback mail ${commits[5]?.slice(0, 12)}`);
  await restart();
  expect(await status(host, 'mail')).toMatchObject({
    running: { checksum: commits[5] },
    rejected: [{ checksum: commits[4] }],
  });
  expect(await host.sh('cat /run/ostree-guests/mail/root/etc/edited')).toBe('six');
  await host.run('guestctl', 'forgive', 'mail');
  expect((await status(host, 'mail')).rejected).toEqual([]);
});

test('rolling back to the default calls a rollback off', async () => {
  await host.run('guestctl', 'rollback', 'mail');
  await host.sh(`guestctl rollback mail ${commits[5]}`);
  await restart();
  expect(await status(host, 'mail')).toMatchObject({ running: { checksum: commits[5] }, rejected: [] });
});

test('what is not there is said, and how to find what is', async () => {
  const { exitCode, stderr } = await host.try('guestctl rollback mail 123456');
  expect([exitCode, stderr]).toEqual([
    1,
    expect.stringContaining('mail has no deployment 123456. See: guestctl deployments mail'),
  ]);
  const withVar = await host.try('guestctl rollback --var mail');
  expect(withVar.stderr).toMatch(
    /There is no snapshot of \/var that belongs to .*Snapshots are taken where SnapshotVar=yes/,
  );
});

test('each attempt is in the history, with what came of it', async () => {
  const past = await history(host, 'mail');
  expect(past[0]).toMatchObject({
    action: 'create',
    outcome: 'done',
    trigger: 'manual',
    from: null,
    to: commits[0],
    version: '1',
  });
  const outcomes = past.map(({ action, outcome }) => `${action} ${outcome}`);
  expect(outcomes.filter((one) => one === 'switch blessed')).toHaveLength(5);
  expect(outcomes.slice(-3)).toEqual(['rollback done', 'update rejected', 'rollback done']);
});

test('an update that fails is loud: the service fails, OnFailure= units are started, and status says it first', async () => {
  await host.write(
    '/etc/systemd/system/told@.service',
    '[Service]\nType=oneshot\nExecStart=touch /run/told-%i\n',
  );
  await declare(
    host,
    'mail',
    `${lightFile().replace('/srv/mirror', '/srv/nowhere')}[Unit]\nOnFailure=told@%n.service\n`,
  );
  expect((await host.try('systemctl start ostree-guest-update@mail')).exitCode).toBe(1);
  await eventually(host, 'test -e /run/told-mail');
  expect(await host.sh('guestctl status mail')).toMatch(
    /^mail - .*\n +Trouble: the last update failed\. \/etc\/ostree-guests\/mail\.guest:5: cannot fetch .* More: systemctl status ostree-guest-update@mail\.service\n/,
  );
  expect((await history(host, 'mail')).at(-1)).toMatchObject({
    outcome: 'failed',
    message: expect.stringMatching(/mail\.guest:5: cannot fetch/),
  });
});

const state = '/var/lib/ostree-guests/mail';
const journalOf = (unit: string, since: string) =>
  host.sh(`journalctl --sync; journalctl -o cat -u ${unit} --since=@${since}`);

test('damaged state keeps no guest from starting, and the journal, status and doctor say what it means', async () => {
  await declare(host, 'mail', lightFile());
  const files = ['staged', 'finalizing', 'rollback', 'undeployed', 'baseline', 'rehearsed'];
  const since = await host.sh('date +%s');
  await host.sh(`cd ${state}; for one in ${files.join(' ')}; do echo '{' >$one.json; done`);
  await restart();
  expect((await status(host, 'mail')).state).toBe('running');
  const journal = await journalOf('ostree-guest-boot@mail', since);
  const [shown, doctor] = [await host.sh('guestctl status mail'), (await host.try('guestctl doctor')).stdout];
  for (const text of [journal, shown, doctor]) {
    // The start that takes what is staged claims it first.
    for (const file of files.slice(1))
      expect(text).toContain(`${state}/${file}.json is damaged: it is not JSON`);
    expect(text).toContain('is not updated until you run guestctl rollback again');
  }
  expect((await host.try('systemctl start ostree-guest-switch@mail')).exitCode).toBe(1);
  await host.sh(`guestctl rollback mail; systemctl start ostree-guest-update@mail`);
  await host.sh(`rm ${state}/rollback.json; guestctl forgive mail; systemctl start ostree-guest-update@mail`);
  expect(await host.sh(`ls ${state}`)).not.toMatch(/staged|finalizing|undeployed/);
  expect(await host.sh('guestctl status mail')).toContain('baseline.json is damaged');
  await host.sh(`rm ${state}/baseline.json ${state}/rehearsed.json`);
});

test('state of a newer version is left to it: steps refuse, and a start boots the default', async () => {
  const newer = '{"format":9,"what":"only a newer version knows"}';
  await host.write(`${state}/staged.json`, newer);
  const since = await host.sh('date +%s');
  await restart();
  for (const step of ['update', 'switch'])
    expect((await host.try(`systemctl start ostree-guest-${step}@mail`)).exitCode).toBe(1);
  for (const step of ['boot', 'update', 'switch'])
    expect(await journalOf(`ostree-guest-${step}@mail`, since)).toContain(
      `${state}/staged.json was written by a newer version of ostree-guests (format 9; this version knows up to 1). Nothing of the guest is changed. Update the package: ostree-guests`,
    );
  expect((await status(host, 'mail')).state).toBe('running');
  expect(await host.sh(`cat ${state}/staged.json`)).toBe(newer);
  await host.sh(`rm ${state}/staged.json`);
});
