// FleetLock=: a guest goes down for an update only with a lock, and gives it back when it is healthy. The server is that of the
// tests, in the dialect of airlock; test/unit/lock-rule.test.ts has both, and what goes wrong on the way to a server.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faults } from './faults.ts';
import { declare, eventually, guestFile, inGuest, reboot, start, status, update } from './guests.ts';
import { bootHost, type Host } from './host.ts';
import { makeMirror, publish, serverRef } from './mirror.ts';

let host: Host;
const locks = '/run/locks';
const timer = 'ostree-guest-lock@mail.timer';
const fleet = '[Update]\nFleetLock=http://127.0.0.1:8090/\nFleetLockGroup=web\nTries=1\n';

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
  await host.write('/run/lock-server.cjs', readFileSync('build/lock-server.cjs', 'utf8'));
  const server = ['node', '/run/lock-server.cjs', 'airlock', '127.0.0.1:8090', locks, 'web=1'];
  await host.run('systemd-run', '--quiet', '--unit=lock-server', ...server);
  await eventually(host, ': </dev/tcp/127.0.0.1/8090');
  await declare(host, 'mail', guestFile(fleet));
  await update(host, 'mail');
  await start(host, 'mail');
});
afterAll(() => host?.stop());

/** Has the timer elapse every 5 seconds until `done`. Then no start by hand is taken for one by the timer: src/host/started-by.ts */
async function often(done: () => Promise<void>): Promise<void> {
  const dropIn = '/run/systemd/system/ostree-guest-lock@.timer.d/often.conf';
  const timing = '[Timer]\nOnCalendar=\nOnCalendar=*:*:0/5\nRandomizedDelaySec=0\nAccuracySec=10ms\n';
  await host.write(dropIn, timing);
  await host.sh('systemctl daemon-reload');
  await done();
  await host.sh(`rm ${dropIn}; systemctl daemon-reload; sleep 3`);
}

const holders = () => host.sh(`ls ${locks}/web`);
const others = (hold: boolean) => host.sh(`${hold ? 'touch' : 'rm'} ${locks}/web/other`);
const returned = () =>
  eventually(
    host,
    `! ls ${locks}/web | grep -v other && ! ls /var/lib/ostree-guests/mail/lock*.json && ! systemctl is-active ${timer}`,
  );
const lastRequests = () => host.sh(`tail -n 2 ${locks}/log | cut -d' ' -f-2`);
const leader = () => host.sh('machinectl show mail --property=Leader --value');
const shown = async () => JSON.parse(await host.sh('guestctl status -o json mail')) as Shown;
const told = () => host.sh('guestctl status mail; guestctl list; guestctl history mail');

interface Shown {
  staged: { checksum: string; waitsForLock: { kind: string; reason: string } | null } | null;
  lock: { held: boolean; id: string; fault: string | null } | null;
  troubles: { kind: string; message: string }[];
}

async function staged(version: string, changes: Parameters<typeof publish>[2] = {}): Promise<string> {
  const commit = await publish(host, serverRef, { version, ...changes });
  await update(host, 'mail');
  return commit;
}

test('creating and starting a guest took no lock', async () => {
  expect(await holders()).toBe('');
  expect((await host.try(`ls ${locks}/log`)).exitCode).not.toBe(0);
});

test('while all locks are taken, a reboot boots what ran, and a switch waits', async () => {
  await others(true);
  const commit = await staged('12.2', { files: { '/usr/share/release': 'second' } });
  await reboot(host, 'mail');
  expect(await shown()).toMatchObject({
    staged: { checksum: commit, waitsForLock: { kind: 'full' } },
    lock: null,
  });
  const running = await leader();
  const switched = await host.try('guestctl switch mail');
  expect([switched.exitCode, switched.all]).toEqual([3, expect.stringContaining('no lock is free')]);
  expect(switched.all).toContain('without it: guestctl switch --force mail');
  expect(await leader()).toBe(running);
  const words = await told();
  expect(words).toMatch(/^mail .* waits for lock$/m);
  expect(words).toContain('with the lock of FleetLock=, asked for since');
  // However often it was asked for.
  expect(words.match(/ switch +waiting /g)).toHaveLength(1);
});

test('when a lock is free, the guest is switched by itself, and gives it back when it is healthy', async () => {
  await others(false);
  await often(async () => {
    await eventually(host, 'guestctl history mail | grep blessed');
    await returned();
  });
  expect(await inGuest(host, 'mail', 'cat /usr/share/release')).toBe('second');
});

test('a guest that goes back gives its lock back when it is healthy again', async () => {
  await staged('12.3', faults.panics);
  const { exitCode } = await host.try('guestctl switch mail');
  expect(exitCode).toBe(1);
  await returned();
  const requests = await lastRequests();
  expect(requests).toBe('/v1/pre-reboot 200\n/v1/steady-state 200');
  expect(await status(host, 'mail')).toMatchObject({ rejected: [{}], state: 'running' });
});

test('a switch that is killed between the lock and the restart gives it back, and the guest never went down', async () => {
  await staged('12.4');
  const running = await leader();
  // Ends before the switch hears of the lock.
  const kills = '[Service]\nExecStopPost=-systemctl kill --signal=KILL ostree-guest-switch@mail.service\n';
  const dropIn = '/run/systemd/system/ostree-guest-lock@mail.service.d/kills.conf';
  await host.write(dropIn, kills);
  await host.sh('systemctl daemon-reload');
  const switches = await host.try('systemctl start ostree-guest-switch@mail');
  expect(switches.exitCode).not.toBe(0);
  await host.sh(`rm ${dropIn}; systemctl daemon-reload`);
  await often(returned);
  // It was there: taken, and given back.
  expect(await lastRequests()).toBe('/v1/pre-reboot 200\n/v1/steady-state 200');
  const log = await host.sh(
    'journalctl -o short-monotonic -u "ostree-guest-*@mail*" -u systemd-nspawn@mail | tail -80',
  );
  expect(await leader(), log).toBe(running);
});

test('a person does without the lock', async () => {
  await others(true);
  await host.sh('guestctl switch --force mail');
  expect(await shown()).toMatchObject({ staged: null, lock: null });
  await others(false);
});

test('a mistake is told where it is', async () => {
  await declare(host, 'mail', guestFile(fleet.replace('=web', '=wbe')));
  await staged('12.5');
  expect((await host.try('guestctl switch mail')).exitCode).toBe(3);
  const [trouble] = (await shown()).troubles;
  expect(trouble).toMatchObject({ kind: 'no lock' });
  expect(trouble?.message).toContain(
    '/etc/ostree-guests/mail.guest:9: FleetLockGroup=: HTTP 400, unknown_group: unknown group wbe',
  );
  // Nobody waits any more.
  await host.sh(`systemctl stop ${timer} ostree-guest-switch@mail`);
});

test('a start waits for a network only so long, and then boots what ran', async () => {
  const units = '/run/systemd/system';
  expect(await host.sh('systemctl show -P JobTimeoutUSec ostree-guest-lock@mail')).toBe('1min 30s');
  await host.write(
    `${units}/never.service`,
    '[Unit]\nDefaultDependencies=no\nBefore=network-online.target\n[Service]\nType=oneshot\nTimeoutStartSec=infinity\nExecStart=sleep infinity\n',
  );
  await host.write(`${units}/network-online.target.d/never.conf`, '[Unit]\nWants=never.service\n');
  await host.write(`${units}/ostree-guest-lock@.service.d/soon.conf`, '[Unit]\nJobTimeoutSec=2s\n');
  await declare(host, 'mail', guestFile(fleet));
  await host.sh('systemctl stop network-online.target');
  const { staged: waiting, lock } = await shown();
  expect([waiting, lock]).toEqual([expect.anything(), null]);
  await reboot(host, 'mail');
  expect(await host.sh('systemctl is-active never.service || true')).toBe('activating');
  expect(await shown()).toMatchObject({ staged: { checksum: waiting?.checksum }, lock: null });
  expect(await holders()).toBe('');
  await host.sh(`rm -r ${units}/never.service ${units}/network-online.target.d ${units}/ostree-guest-lock@.service.d
    systemctl stop never.service; systemctl daemon-reload`);
});

/** Leaves a guest that is down with a lock, like a switch that lost power. */
async function holdWhileDown(): Promise<void> {
  await declare(host, 'mail', guestFile(fleet));
  await host.sh(`systemctl stop systemd-nspawn@mail`);
  const wish = { checksum: 'f'.repeat(64), trigger: 'timer' };
  await host.write('/var/lib/ostree-guests/mail/lock-wish.json', JSON.stringify(wish));
  await host.sh('systemctl start ostree-guest-lock@mail');
  const { lock } = await shown();
  expect([lock?.held, await holders()]).toEqual([true, lock?.id]);
}

test('a guest whose file is removed by hand gives its lock back', async () => {
  await holdWhileDown();
  await host.sh(`rm /etc/ostree-guests/mail.guest; systemctl daemon-reload; systemctl start ${timer}`);
  expect((await host.try('guestctl doctor')).all).toContain('systemctl start ostree-guest-lock@mail');
  await often(returned);
});

test('a guest that is removed gives its lock back, also if it is down', async () => {
  await holdWhileDown();
  // A guest that is down keeps it.
  const held = await holders();
  await host.sh('systemctl start ostree-guest-switch@mail');
  expect(await holders()).toBe(held);
  await host.sh('guestctl remove --yes mail');
  expect(await holders()).toBe('');
});
