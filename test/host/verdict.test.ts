// A verdict is evidence: what goes wrong beside an update, and must neither bless nor reject it.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faults } from './faults.ts';
import { empty, fill, mountFileSystem } from './filesystem.ts';
import {
  declare,
  end,
  eventually,
  guestFile,
  history,
  inGuest,
  reaches,
  reboot,
  start,
  status,
  update,
} from './guests.ts';
import { bootHost, type Host } from './host.ts';
import { makeMirror, publish, serverRef } from './mirror.ts';

let host: Host;

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
});
afterAll(() => host?.stop());

/** Creates a guest with this policy, which follows a ref of its own, and starts it. */
async function guest(name: string, policy = ''): Promise<void> {
  await publish(host, `debian/12/${name}`, { version: '1' });
  await declare(host, name, guestFile(`[Update]\n${policy}`).replace(serverRef, `debian/12/${name}`));
  await update(host, name);
  await start(host, name);
  await reaches(host, name, 'active');
}

/** Has a service of a guest wait, at this line of its unit, for a file below the state of guests. Returns what makes that file. */
async function gate(unit: string, key: string, file: string): Promise<() => Promise<unknown>> {
  const path = `/var/lib/ostree-guests/${file}`;
  await host.write(
    `/run/systemd/system/${unit}.service.d/00-gate.conf`,
    // The sandboxes of some steps have no other programs.
    `[Service]\n${key}=/bin/sh -c "until [ -e ${path} ]; do sleep 0.1 2>/dev/null || :; done"\n`,
  );
  await host.run('systemctl', 'daemon-reload');
  return () => host.run('touch', path);
}

/**
 * Has the assessment of a guest wait where it starts a program with such arguments, a pattern of the shell. Returns what waits until
 * it is there, and what lets it go on.
 */
async function hold(name: string, program: string, args: string) {
  const [here, open] = ['here', 'open'].map((file) => `/var/lib/ostree-guests/${name}/${file}`);
  const wait = `touch ${here}; until [ -e ${open} ]; do sleep 0.1; done`;
  const shim = `#!/bin/sh\ncase "$*" in ${args}) ${wait} ;; esac\nexec /usr/bin/${program} "$@"\n`;
  await host.write(`/srv/${name}/${program}`, shim);
  await host.write(
    `/run/systemd/system/ostree-guest-assess@${name}.service.d/hold.conf`,
    `[Service]\nEnvironment=PATH=/srv/${name}:/usr/bin:/bin\nBindReadOnlyPaths=/srv/${name}\n`,
  );
  await host.sh(`chmod 755 /srv/${name}/${program}; systemctl daemon-reload`);
  return {
    isReached: () => eventually(host, `[ -e ${here} ]`),
    letGo: () => host.run('touch', `${open}`),
  };
}

const outcomes = async (name: string) => (await history(host, name)).map(({ outcome }) => outcome);
const settles = (name: string) =>
  eventually(
    host,
    `[ -z "$(ls -A /var/lib/ostree-guests/${name}/trials 2>/dev/null)" ] && [ "$(systemctl is-active systemd-nspawn@${name})" = active ]`,
  );

test('only a service that is new and fails takes the guest back, also if an update came while it was booting', async () => {
  // Fails late in each boot, of each version.
  const late = {
    '/usr/lib/systemd/system/late.service':
      '[Service]\nType=oneshot\nExecStart=sh -c "until [ -e /var/go ]; do sleep 0.1; done; exit 1"\n',
    '/usr/lib/systemd/system/multi-user.target.d/late.conf':
      '[Unit]\nWants=late.service\nAfter=late.service\n',
  };
  await publish(host, 'debian/12/base', { version: '1', files: late });
  await declare(host, 'base', guestFile('[Update]\n').replace(serverRef, 'debian/12/base'));
  await update(host, 'base');
  await host.run('systemctl', 'start', '--no-block', 'systemd-nspawn@base');
  await eventually(host, '[ "$(systemctl --machine=base is-active late.service)" = activating ]');
  const { files } = faults['has a service that fails'];
  const bad = await publish(host, 'debian/12/base', { version: '2', files: { ...files, ...late } });
  await host.run('systemctl', 'start', '--no-block', 'ostree-guest-update@base');
  // It asks the guest, which does not know all its failed units yet.
  await eventually(host, 'journalctl --sync; journalctl -q -u ostree-guest-ask-base | grep .');
  expect(await host.sh('systemctl is-active systemd-nspawn@base || true')).toBe('activating');
  await host.run('touch', '/var/lib/ostree-guests/base/sysroot/ostree/deploy/base/var/go');
  await end(host, 'ostree-guest-update@base');
  await reaches(host, 'base', 'active');
  expect(await host.sh('cat /var/lib/ostree-guests/base/baseline.json')).toBe(
    '{"format":1,"failedUnits":["late.service"]}',
  );
  await host.try('systemd-run --machine=base --unit=later --wait false');
  // The verdict may start the guest anew before it has looked.
  await host.try('guestctl reboot base');
  await eventually(host, `test -e /var/lib/ostree-guests/base/rejected/${bad}.json`);
  await settles('base');
  expect(await host.sh('cat /var/lib/ostree-guests/base/baseline.json')).toBe(
    '{"format":1,"failedUnits":["late.service","later.service"]}',
  );
  expect((await status(host, 'base')).rejected).toMatchObject([
    { checksum: bad, reason: 'bad.service failed, and had not failed before' },
  ]);
  expect(await outcomes('base')).not.toContain('blessed');
});

test('a check that fails is no success because the guest goes down meanwhile', async () => {
  await guest('down', `HealthCheck=sh -c 'sleep infinity; exit 1'\nHealthTimeoutSec=15min\nTries=5\n`);
  await publish(host, 'debian/12/down', { version: '2' });
  await update(host, 'down');
  await reboot(host, 'down');
  for (let round = 0; round < 3; round += 1) {
    await eventually(host, 'systemctl show -P StatusText ostree-guest-assess@down | grep checking');
    await host.sh('sleep 0.$((RANDOM % 10)); systemctl stop systemd-nspawn@down');
    await end(host, 'ostree-guest-assess@down');
    expect(await outcomes('down')).not.toContain('blessed');
    await start(host, 'down');
  }
  await host.run('systemctl', 'stop', 'systemd-nspawn@down');
});

test('a check whose program is not in the guest ends the trial at once, and verify knows it', async () => {
  await guest('lost', 'HealthCheck=/usr/bin/not-there --all\nHealthTimeoutSec=10min\nTries=1\n');
  expect((await host.try('guestctl verify lost')).stdout).toMatch(
    /lost\.guest:\d+:\d+: HealthCheck= cannot run: there is no \/usr\/bin\/not-there in the guest/,
  );
  const bad = await publish(host, 'debian/12/lost', { version: '2' });
  await update(host, 'lost');
  await reboot(host, 'lost');
  await eventually(host, `test -e /var/lib/ostree-guests/lost/rejected/${bad}.json`);
  expect(await host.sh('guestctl history lost')).toContain(
    'there is no /usr/bin/not-there in the guest that can be run: HealthCheck=/usr/bin/not-there --all',
  );
  await settles('lost');
  await host.run('systemctl', 'stop', 'systemd-nspawn@lost');
});

test('systemd that starts anew does not keep a guest down, nor its trial from being judged', async () => {
  await guest('reexec', 'HealthCheck=sleep 2\n');
  // The step waits until it was seen; in the last round, what deploys waits, too.
  const [boot, deploy] = ['ostree-guest-boot@reexec', 'ostree-guest-deploy-reexec'];
  const activating = (unit: string) =>
    `until [ "$(systemctl is-active ${unit})" = activating ]; do sleep 0.02; done`;
  const begin = await gate(boot, 'ExecStartPre', 'reexec/go');
  const goOn = await gate(deploy, 'ExecStartPre', 'reexec/sysroot/go');
  await goOn();
  for (const wait of ['sleep 0', 'sleep 0.2', 'sleep 0.4', activating(deploy)]) {
    const commit = await publish(host, 'debian/12/reexec', { version: `after ${wait.slice(0, 9)}` });
    await update(host, 'reexec');
    await host.sh(`cd /var/lib/ostree-guests/reexec; rm -f go; ${wait.includes(deploy) ? 'rm sysroot/go' : ':'}
      machinectl reboot reexec; ${activating(boot)}`);
    await begin();
    await host.sh(`${wait}; systemctl daemon-reexec`);
    await goOn();
    await eventually(host, `guestctl history reexec | grep blessed | grep ${commit.slice(0, 12)}`);
    await host.run('systemctl', 'daemon-reexec');
    await settles('reexec');
    expect((await status(host, 'reexec')).running?.checksum).toBe(commit);
  }
});

test('a guest that is stopped while its switch waits stays stopped', async () => {
  await guest('stopped', 'Action=switch\n');
  await publish(host, 'debian/12/stopped', { version: '2' });
  // The switch asks for the failed units before it restarts the guest; that takes long here.
  const go = await gate('ostree-guest-switch@stopped', 'ExecStartPre', 'stopped/go');
  await host.sh('systemctl start --no-block ostree-guest-update@stopped');
  await eventually(host, '[ "$(systemctl is-active ostree-guest-switch@stopped)" = activating ]');
  await host.run('systemctl', 'stop', 'systemd-nspawn@stopped');
  expect(await host.sh('systemctl is-active ostree-guest-switch@stopped || :')).toBe('activating');
  await go();
  await end(host, 'ostree-guest-update@stopped', 'ostree-guest-switch@stopped');
  expect(await host.sh('systemctl is-active systemd-nspawn@stopped || :')).toBe('inactive');
});

test('a stop that takes too long is said, and what it stops stays stopped, also on trial', async () => {
  await guest(
    'slow',
    "HealthCheck=sh -c 'until test -e /run/sick; do sleep 0.2; done; exit 1'\nHealthTimeoutSec=15min\nAction=switch\n[Service]\nTimeoutStopSec=3s\n",
  );
  const hold = () =>
    inGuest(
      host,
      'slow',
      `systemd-run -q -p TimeoutStopSec=60 sh -c 'trap "" TERM; touch /run/held; while :; do sleep 1; done'
       until [ -e /run/held ]; do sleep 0.1; done`,
    );
  const killed = /slow did not stop in time and was killed.*\n?.*TimeoutStopSec=/;
  await hold();
  expect((await host.try('guestctl stop slow')).all).toMatch(killed);
  await start(host, 'slow');
  for (const act of ['guestctl restart slow', 'guestctl export -q --stop slow /srv/slow.tar']) {
    await reaches(host, 'slow', 'active');
    await hold();
    expect((await host.try(act)).all).toMatch(killed);
  }
  await reaches(host, 'slow', 'active');
  await hold();
  await publish(host, 'debian/12/slow', { version: '2' });
  await host.sh('systemctl start --no-block ostree-guest-update@slow');
  // The switch kills the guest, and starts it from the update. It writes that down beside the assessment.
  await eventually(host, 'systemctl show -P StatusText ostree-guest-assess@slow | grep checking');
  await eventually(host, 'guestctl history -o json slow | grep "did not stop in time"');
  expect(await host.sh('guestctl history -o json slow')).toMatch(killed);
  // The assessment does, too.
  await hold();
  await inGuest(host, 'slow', 'systemd-run -q --unit=sick false; touch /run/sick');
  await eventually(
    host,
    '[ "$(guestctl history -o json slow | grep -o "did not stop in time" | wc -l)" = 2 ]',
  );
  await reaches(host, 'slow', 'active');
  // Stopped on trial, it is killed once more.
  await hold();
  await host.sh('systemctl stop systemd-nspawn@slow');
  await end(host, ...['assess', 'switch', 'update'].map((step) => `ostree-guest-${step}@slow`));
  expect(await host.sh('systemctl is-active systemd-nspawn@slow || :')).toBe('failed');
  expect(await outcomes('slow')).not.toContain('blessed');
  expect(await status(host, 'slow')).toMatchObject({ rejected: [], trial: {} });
});

test('an assessment that is ended begins anew, and the next update makes up for one that was stopped', async () => {
  await guest('resumed', 'HealthCheck=test -e /var/well\nHealthTimeoutSec=15min\n');
  await publish(host, 'debian/12/resumed', { version: '2' });
  await update(host, 'resumed');
  await update(host, 'resumed');
  await reboot(host, 'resumed');
  const assess = 'ostree-guest-assess@resumed';
  const isChecking = () => eventually(host, `systemctl show -P StatusText ${assess} | grep checking`);
  await isChecking();
  const before = await host.sh(`systemctl show -P InvocationID ${assess}`);
  await host.run('systemctl', 'kill', assess);
  await eventually(host, `[ "$(systemctl show -P InvocationID ${assess})" != ${before} ]`);
  await isChecking();
  await host.run('systemctl', 'stop', assess);
  await inGuest(host, 'resumed', 'touch /var/well');
  expect(await outcomes('resumed')).not.toContain('blessed');
  await update(host, 'resumed');
  await eventually(host, 'guestctl history resumed | grep blessed');
});

test('guestctl update brings what is published while another update goes on', async () => {
  await guest('joined');
  const go = await gate('ostree-guest-update@joined', 'ExecStartPost', 'joined/go');
  await host.sh('systemctl start --no-block ostree-guest-update@joined');
  await eventually(host, '[ "$(systemctl show -P SubState ostree-guest-update@joined)" = start-post ]');
  const commit = await publish(host, 'debian/12/joined', { version: '2' });
  const updated = host.run('guestctl', 'update', 'joined');
  await eventually(host, 'pgrep -f "^systemctl start .*ostree-guest-update@joined"');
  await go();
  await updated;
  expect((await status(host, 'joined')).staged?.checksum).toBe(commit);
});

test('a host that has no inotify instances left rejects nothing', async () => {
  // With so little room, journald keeps the fewest lines of a guest: the reason must be among them.
  await host.write(
    '/etc/systemd/journald.conf.d/small.conf',
    '[Journal]\nRuntimeMaxUse=8M\nSystemMaxUse=8M\n',
  );
  await host.run('systemctl', 'restart', 'systemd-journald');
  await guest('lacking', 'Tries=1\n');
  const commit = await publish(host, 'debian/12/lacking', { version: '2' });
  await update(host, 'lacking');
  await host.run('systemctl', 'stop', 'systemd-nspawn@lacking');
  // The limit is the machine's, which runs other test hosts: so the guest says what its systemd says then.
  const root = '/var/lib/ostree-guests/lacking/sysroot/ostree/deploy/lacking/deploy';
  expect(await host.sh(`ls ${root} | grep -c origin`)).toBe('1');
  await host.write(
    '/run/systemd/system/systemd-nspawn@lacking.service.d/99-lack.conf',
    '[Service]\nExecStart=\nExecStart=sh -c "sleep 1; echo Failed to create control group inotify object: Too many open files; exit 1"\nType=exec\n',
  );
  await host.run('systemctl', 'daemon-reload');
  await host.try('machinectl start lacking');
  await end(host, 'ostree-guest-assess@lacking');
  await eventually(host, 'guestctl history lacking | grep lacks');
  await host.run('rm', '/run/systemd/system/systemd-nspawn@lacking.service.d/99-lack.conf');
  await host.run('systemctl', 'daemon-reload');
  expect(await status(host, 'lacking')).toMatchObject({
    rejected: [],
    trial: { tries: 1, left: 1 },
    troubles: [
      {
        kind: 'start failed',
        message: expect.stringMatching(/the host lacks something: Failed to create.*Too many open files/),
      },
    ],
  });
  await start(host, 'lacking');
  await settles('lacking');
  expect((await status(host, 'lacking')).running?.checksum).toBe(commit);
  expect(await inGuest(host, 'lacking', 'echo up')).toBe('up');
});

test('a directory that the host does not have yet rejects nothing', async () => {
  await host.run('mkdir', '/srv/nas');
  await guest('bound', 'Tries=1\n[Files]\nBind=/srv/nas:/mnt\n');
  const commit = await publish(host, 'debian/12/bound', { version: '2' });
  await update(host, 'bound');
  await host.sh('systemctl stop systemd-nspawn@bound; rmdir /srv/nas');
  await host.try('machinectl start bound');
  await eventually(host, 'guestctl history bound | grep lacks');
  expect(await status(host, 'bound')).toMatchObject({ rejected: [], trial: { tries: 1, left: 1 } });
  await host.run('mkdir', '/srv/nas');
  await start(host, 'bound');
  await settles('bound');
  expect((await status(host, 'bound')).running?.checksum).toBe(commit);
});

test('a service that fails for want of room on the disk rejects nothing, and has another start', async () => {
  await mountFileSystem(host, 'ext4', '/srv/tight', 1500);
  await publish(host, 'debian/12/tight', { version: '1' });
  const file = `[Update]\nTries=1\nHealthTimeoutSec=1h\n`;
  await declare(
    host,
    'tight',
    guestFile(file).replace(serverRef, 'debian/12/tight').replace('\n\n', '\nSysroot=/srv/tight/sysroot\n\n'),
  );
  await update(host, 'tight');
  await start(host, 'tight');
  await reaches(host, 'tight', 'active');
  const commit = await publish(host, 'debian/12/tight', {
    version: '2',
    files: {
      '/usr/lib/systemd/system/db.service':
        '[Service]\nType=oneshot\nExecStart=sh -c "while [ -e /var/hold ]; do sleep 0.2; done; head -c 90M /dev/zero >/var/db"\n',
      '/usr/lib/systemd/system/multi-user.target.d/db.conf': '[Unit]\nWants=db.service\nAfter=db.service\n',
    },
  });
  await update(host, 'tight');
  await inGuest(host, 'tight', 'touch /var/hold');
  await host.run('systemctl', 'restart', '--no-block', 'systemd-nspawn@tight');
  await eventually(host, '[ "$(systemctl --machine=tight is-active db.service)" = activating ]');
  await fill(host, '/srv/tight');
  await host.sh('rm /srv/tight/sysroot/ostree/deploy/tight/var/hold');
  await eventually(host, 'systemctl show -P StatusText ostree-guest-assess@tight | grep "Waiting for room"');
  expect(await host.sh('guestctl list')).toMatch(/tight .*not assessed, on trial/);
  const full = /file system of \/srv\/tight\/sysroot is full/;
  expect((await host.try('guestctl status tight')).stdout).toMatch(full);
  expect(await outcomes('tight')).toContain('failed');
  expect(await status(host, 'tight')).toMatchObject({
    state: 'running',
    rejected: [],
    trial: { tries: 1, left: 1 },
  });
  await empty(host, '/srv/tight');
  await eventually(host, 'guestctl history tight | grep blessed');
  expect((await status(host, 'tight')).running?.checksum).toBe(commit);
  await host.run('systemctl', 'stop', 'systemd-nspawn@tight');
});

test('the kernel that kills a guest for want of memory of the host rejects nothing', async () => {
  await guest('starved', 'Tries=1\nHealthTimeoutSec=1h\nHealthCheck=sleep infinity\n');
  await publish(host, 'debian/12/starved', { version: '2' });
  await update(host, 'starved');
  // The limit is the machine's, which runs other test hosts: so the control group is said to have counted what it counts then.
  await host.write(
    '/run/systemd/system/systemd-nspawn@starved.service.d/99-memory.conf',
    '[Service]\nExecStopPost=sh -c "(echo $INVOCATION_ID; echo oom 0; echo oom_kill 1) >/run/ostree-guests/%i/memory-events"\n',
  );
  await host.run('systemctl', 'daemon-reload');
  await host.run('systemctl', 'restart', '--no-block', 'systemd-nspawn@starved');
  await eventually(host, 'systemctl show -P StatusText ostree-guest-assess@starved | grep checking');
  await host.sh('kill -KILL "$(machinectl show starved --property=Leader --value)"');
  await end(host, 'ostree-guest-assess@starved');
  const lack = /the host lacks something: memory, so that the kernel killed 1 of its processes/;
  expect((await host.try('guestctl status starved')).stdout).toMatch(lack);
  expect(await status(host, 'starved')).toMatchObject({
    state: 'failed',
    rejected: [],
    trial: { tries: 1, left: 1 },
    troubles: [{ kind: 'start failed', message: expect.stringMatching(lack) }],
  });
});

test('a switch whose guest is stopped while it starts leaves it stopped, and does not fail', async () => {
  await guest('halted');
  const commit = await publish(host, 'debian/12/halted', { version: '2' });
  await update(host, 'halted');
  const open = await gate('systemd-nspawn@halted', 'ExecStartPre', 'halt');
  await host.run('systemctl', 'start', '--no-block', 'ostree-guest-switch@halted');
  await eventually(host, '[ "$(systemctl show -P SubState systemd-nspawn@halted)" = start-pre ]');
  await host.run('systemctl', 'stop', 'systemd-nspawn@halted');
  await open();
  await end(host, 'ostree-guest-switch@halted');
  expect(await host.sh('systemctl show -P Result ostree-guest-switch@halted')).toBe('success');
  expect(await host.sh('journalctl --sync; journalctl -u ostree-guest-switch@halted')).toMatch(
    /halted was stopped meanwhile/,
  );
  expect(await outcomes('halted')).not.toContain('failed');
  await start(host, 'halted');
  await settles('halted');
  expect((await status(host, 'halted')).running?.checksum).toBe(commit);
});

test('a guest that is stopped while it reboots on trial stays stopped, and is not called bad', async () => {
  await guest('leaving', 'HealthCheck=/usr/bin/false\n');
  const commit = await publish(host, 'debian/12/leaving', { version: '2' });
  await update(host, 'leaving');
  await host.run('systemctl', 'restart', '--no-block', 'systemd-nspawn@leaving');
  await eventually(host, 'systemctl show -P StatusText ostree-guest-assess@leaving | grep checking');
  const open = await gate('systemd-nspawn@leaving', 'ExecStartPre', 'leave');
  await host.run('machinectl', 'reboot', 'leaving');
  await eventually(host, '[ "$(systemctl show -P SubState systemd-nspawn@leaving)" = start-pre ]');
  await host.run('systemctl', 'stop', 'systemd-nspawn@leaving');
  await open();
  await end(host, 'ostree-guest-assess@leaving');
  // systemd itself calls it failed, because it had to kill what was before the start.
  expect(await host.sh('systemctl is-active systemd-nspawn@leaving || true')).toBe('failed');
  expect(await outcomes('leaving')).not.toContain('failed');
  expect(await status(host, 'leaving')).toMatchObject({ rejected: [], trial: { tries: 2, left: 1 } });
  await declare(host, 'leaving', guestFile('[Update]\n').replace(serverRef, 'debian/12/leaving'));
  await start(host, 'leaving');
  await settles('leaving');
  expect((await status(host, 'leaving')).running?.checksum).toBe(commit);
});

test('a start that is stopped before the guest has begun to boot uses up no try', async () => {
  await guest('never');
  await host.run('systemctl', 'stop', 'systemd-nspawn@never');
  const commit = await publish(host, 'debian/12/never', { version: '2' });
  await update(host, 'never');
  const open = await gate('ostree-guest-boot@never', 'ExecStartPre', 'never/begin');
  for (const _try of [1, 2]) {
    await host.run('systemctl', 'start', '--no-block', 'systemd-nspawn@never');
    await eventually(host, '[ "$(systemctl is-active ostree-guest-boot@never)" = activating ]');
    await host.run('systemctl', 'stop', 'systemd-nspawn@never');
    await open();
    await end(host, 'ostree-guest-boot@never');
    await host.run('rm', '/var/lib/ostree-guests/never/begin');
  }
  // systemd has given the next one up meanwhile, so that there is nothing to stop.
  await host.run('systemctl', 'start', '--no-block', 'systemd-nspawn@never');
  await eventually(host, '[ "$(systemctl is-active ostree-guest-boot@never)" = activating ]');
  await timeOut('never');
  await host.run('guestctl', 'stop', 'never');
  await open();
  await end(host, 'ostree-guest-boot@never');
  expect(await host.sh('journalctl --sync; journalctl -u ostree-guest-boot@never')).not.toContain(
    'is started again',
  );
  expect.soft(await status(host, 'never')).toMatchObject({ trial: { tries: 2, left: 2 } });
  await start(host, 'never');
  await settles('never');
  expect(await status(host, 'never')).toMatchObject({ running: { checksum: commit }, rejected: [] });
});

/** Has systemd end the start of a guest as one that takes too long, while its boot step goes on. */
async function timeOut(name: string): Promise<void> {
  const limit = `/run/systemd/system/systemd-nspawn@${name}.service.d/99-limit.conf`;
  await host.write(limit, '[Service]\nTimeoutStartSec=10ms\n');
  await host.run('systemctl', 'daemon-reload');
  await eventually(host, `[ "$(systemctl is-active systemd-nspawn@${name})" = failed ]`);
  await host.sh(`rm ${limit}; systemctl daemon-reload`);
}

test('a switch waits for a boot step that takes longer than a start may, and for the guest that it starts again', async () => {
  await guest('long', 'Tries=1\n[Service]\nTimeoutStartSec=15s\n');
  const commit = await publish(host, 'debian/12/long', { version: '2' });
  await update(host, 'long');
  const open = await gate('ostree-guest-boot@long', 'ExecStartPre', 'long/go');
  await host.run('systemctl', 'start', '--no-block', 'ostree-guest-switch@long');
  await eventually(host, '[ "$(systemctl is-active ostree-guest-boot@long)" = activating ]');
  await host.run('sleep', '16');
  expect(await host.sh('systemctl show -P SubState systemd-nspawn@long')).toBe('start-pre');
  // A daemon-reload forgets that it may take longer.
  await timeOut('long');
  await open();
  await end(host, 'ostree-guest-switch@long');
  expect(await host.sh('systemctl show -P Result ostree-guest-switch@long')).toBe('success');
  expect(await status(host, 'long')).toMatchObject({
    running: { checksum: commit },
    rejected: [],
    trial: null,
  });
});

test('a guest that is stopped while its systemd is asked is not called bad for what stops in it', async () => {
  await guest('asked', 'Tries=1\n');
  const commit = await publish(host, 'debian/12/asked', {
    version: '2',
    files: {
      '/usr/lib/systemd/system/slow.service':
        '[Unit]\nAfter=dbus.service\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=true\nExecStop=sleep 15\n',
      '/usr/lib/systemd/system/multi-user.target.d/slow.conf': '[Unit]\nWants=slow.service\n',
    },
  });
  await update(host, 'asked');
  const { isReached, letGo } = await hold('asked', 'systemctl', '--machine=*is-active*');
  await host.run('systemctl', 'restart', '--no-block', 'systemd-nspawn@asked');
  await isReached();
  await host.run('systemctl', 'stop', '--no-block', 'systemd-nspawn@asked');
  await eventually(host, '[ "$(systemctl --machine=asked is-active default.target)" = inactive ]');
  await letGo();
  await end(host, 'ostree-guest-assess@asked');
  await eventually(host, '[ -z "$(systemctl show -P Job systemd-nspawn@asked)" ]');
  expect(await host.sh('systemctl is-active systemd-nspawn@asked || :')).toBe('inactive');
  expect(await status(host, 'asked')).toMatchObject({ rejected: [], trial: { tries: 1, left: 0 } });
  expect((await status(host, 'asked')).deployments[0]?.checksum).toBe(commit);
});

test('a guest that is stopped just after a bad verdict is not started again', async () => {
  await guest('late', 'HealthCheck=/usr/bin/not-there\n');
  await publish(host, 'debian/12/late', { version: '2' });
  await update(host, 'late');
  const { isReached, letGo } = await hold('late', 'logger', '*');
  await host.run('systemctl', 'restart', '--no-block', 'systemd-nspawn@late');
  await isReached();
  await host.run('systemctl', 'stop', 'systemd-nspawn@late');
  await letGo();
  await end(host, 'ostree-guest-assess@late');
  expect(await host.sh('systemctl is-active systemd-nspawn@late || :')).toBe('inactive');
  expect(await outcomes('late')).toContain('failed');
});

test('a guest that crashes on trial and is stopped then stays stopped, and its next start counts', async () => {
  await guest('crashed', "HealthCheck=sh -c 'sleep infinity; exit 1'\nHealthTimeoutSec=15min\n");
  const commit = await publish(host, 'debian/12/crashed', { version: '2' });
  await update(host, 'crashed');
  const { isReached, letGo } = await hold('crashed', 'logger', '*');
  await host.run('systemctl', 'restart', '--no-block', 'systemd-nspawn@crashed');
  await eventually(host, 'systemctl show -P StatusText ostree-guest-assess@crashed | grep checking');
  await host.run('systemctl', 'kill', '--signal=KILL', 'systemd-nspawn@crashed');
  await isReached();
  // systemd has nothing to stop, and notes nowhere that it was asked to.
  await host.run('guestctl', 'stop', 'crashed');
  await letGo();
  await end(host, 'ostree-guest-assess@crashed');
  expect(await host.sh('systemctl is-active systemd-nspawn@crashed || :')).toBe('failed');
  expect(await status(host, 'crashed')).toMatchObject({ rejected: [], trial: { tries: 2, left: 1 } });
  await declare(host, 'crashed', guestFile('[Update]\n').replace(serverRef, 'debian/12/crashed'));
  await start(host, 'crashed');
  await settles('crashed');
  expect((await status(host, 'crashed')).running?.checksum).toBe(commit);
});

test('a guest reboots though D-Bus was started anew while it ran', async () => {
  await guest('bus');
  await host.run('systemctl', 'restart', 'dbus');
  // That of systemd 262 does not come back by itself.
  await host.run('systemctl', 'restart', 'systemd-machined');
  await reboot(host, 'bus');
  expect(await inGuest(host, 'bus', 'echo up')).toBe('up');
});

test('a deployment that is given up is not blessed because the one before it comes up', async () => {
  await guest('loop', 'Tries=1\n');
  const content = '#!/bin/sh\nexec systemctl reboot --force --force\n';
  const bad = await publish(host, 'debian/12/loop', {
    files: { '/usr/lib/systemd/systemd': { content, mode: 0o755 } },
  });
  await update(host, 'loop');
  await host.try('systemctl restart systemd-nspawn@loop');
  await eventually(host, `test -e /var/lib/ostree-guests/loop/rejected/${bad}.json`);
  await settles('loop');
  await end(host, 'ostree-guest-assess@loop');
  expect(await outcomes('loop')).not.toContain('blessed');
});
