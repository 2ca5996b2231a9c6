// What happens to the virtual machine, one after the other: each begins with what those before it have left.
import assert from 'node:assert/strict';
import { declare, inGuest, reboot, start, status, update } from '../host/guests.ts';
import { expectNoFailures, expectWell, hostDeployments, hostState, leaveMarks } from './checks.ts';
import { type Machine, timed } from './machine.ts';
import { powerCuts } from './power.ts';
import { guest, guestFile, latest, publishNext, type Scenario } from './stage.ts';

const bootId = (machine: Machine) => inGuest(machine, guest, 'cat /proc/sys/kernel/random/boot_id');

const boots: Scenario = {
  name: 'the host boots',
  async run({ machine }) {
    await machine.boot();
    await expectNoFailures(machine);
    assert.match(await machine.sh('findmnt --noheadings --output OPTIONS /sysroot'), /^ro,/);
    assert.equal(await machine.sh('getenforce'), 'Permissive');
    const facts = 'uname -r; systemctl --version; ostree --version; guestctl --version';
    const said = await machine.sh(facts);
    const found = (pattern: RegExp) => pattern.exec(said)?.[1];
    const ostree = found(/Version: '(.*)'/);
    return `Linux ${found(/^(.*)/)}, systemd ${found(/^systemd (\d+)/m)}, OSTree ${ostree}; /sysroot is read-only, SELinux permissive`;
  },
};

const create: Scenario = {
  name: 'a guest is created, started and enabled',
  async run(stage) {
    const { machine } = stage;
    const before = await hostState(machine);
    await publishNext(stage);
    await declare(machine, guest, guestFile(stage));
    await timed('created', () => update(machine, guest));
    await timed('started', () => start(machine, guest));
    await machine.sh(`machinectl enable ${guest}; systemctl enable ostree-guest-update@${guest}.timer`);
    await leaveMarks(machine, guest);
    await expectWell(machine, guest, [latest(stage)]);
    assert.deepEqual(await hostState(machine), before);
    const label = await machine.sh(`cd /run/ostree-guests/${guest}/root && stat --format=%C usr/bin/login`);
    assert.match(label, /:login_exec_t:/);
    return `as its tree labels it: ${label}`;
  },
};

const network: Scenario = {
  name: 'it has a network',
  async run({ machine, site }) {
    const request = `for try in {1..60}; do
        exec 3<>/dev/tcp/${site.address}/${site.port} && break || sleep 2
      done
      printf "GET /repo/config HTTP/1.0\\r\\n\\r\\n" >&3; cat <&3`;
    const answer = await inGuest(machine, guest, `exec bash -c '${request}'`);
    assert.match(answer, /archive/);
    const address = await inGuest(machine, guest, 'ip -4 -brief address show host0');
    return `${address.split(/\s+/)[2]} from the host; the site answers it`;
  },
};

const updateAndReboot: Scenario = {
  name: 'it is updated while it runs, and reboots into the update',
  async run(stage) {
    const { machine } = stage;
    const [boot, commit] = [await bootId(machine), await publishNext(stage)];
    await timed('updated', () => update(machine, guest));
    assert.equal(await bootId(machine), boot);
    assert.equal((await status(machine, guest)).staged?.checksum, commit);
    await inGuest(machine, guest, 'echo late >/etc/late');
    await timed('rebooted', () => reboot(machine, guest));
    await expectWell(machine, guest, [commit]);
    assert.equal(
      await inGuest(machine, guest, 'cat /etc/late /etc/version'),
      `late\n13.${stage.commits.length}`,
    );
    return 'with an edit of /etc made after it was staged';
  },
};

const updateOfHost: Scenario = {
  name: "the host's own update is staged, the guest's too, and the host reboots",
  async run(stage) {
    const { machine } = stage;
    const [running] = await hostDeployments(machine);
    await machine.run('ostree', 'admin', 'deploy', '--stage', 'host/next');
    const next = (await machine.sh('ostree rev-parse host/next')).slice(0, 12);
    const before = await hostState(machine);
    const commit = await publishNext(stage);
    await update(machine, guest);
    assert.deepEqual(await hostState(machine), before);
    await machine.reboot();
    assert.deepEqual(await hostDeployments(machine), [`${next}*`, running?.replace('*', '')]);
    await expectWell(machine, guest, [commit]);
    await expectNoFailures(machine);
    return `the host runs ${next}; the guest came up with it, updated`;
  },
};

const slowShutdown: Scenario = {
  name: 'the host powers off while its guests take their time to stop',
  async run(stage) {
    const { machine } = stage;
    await declare(machine, 'slow', guestFile(stage));
    await update(machine, 'slow');
    await start(machine, 'slow');
    await machine.run('machinectl', 'enable', 'slow');
    await leaveMarks(machine, 'slow');
    for (const name of [guest, 'slow']) await inGuest(machine, name, slowService);
    await machine.powerOff();
    await machine.boot();
    for (const name of [guest, 'slow']) {
      await expectWell(machine, name, [latest(stage)]);
      assert.equal(await inGuest(machine, name, 'cat /var/stopped'), 'stopped in its own time');
    }
    await expectNoFailures(machine);
    return 'both services had the 30 s that they took';
  },
};

const slowService = `cat >/etc/systemd/system/slow.service <<'EOF'
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=rm -f /var/stopped
ExecStop=sh -c 'sleep 30; echo stopped in its own time >/var/stopped'
EOF
systemctl daemon-reload
systemctl start slow`;

export const scenarios: readonly Scenario[] = [
  boots,
  create,
  network,
  updateAndReboot,
  updateOfHost,
  ...powerCuts,
  slowShutdown,
];
