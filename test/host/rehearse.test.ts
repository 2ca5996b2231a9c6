// What a rehearsal may see and leave. What it finds out of updates that go wrong is in cases.test.ts.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faults, healthCheck } from './faults.ts';
import { fingerprint } from './fingerprint.ts';
import {
  canRehearse,
  declare,
  end,
  eventually,
  guestFile,
  inGuest,
  reboot,
  start,
  status,
  update,
} from './guests.ts';
import { bootHost, type Host } from './host.ts';
import { makeMirror, publish, serverRef } from './mirror.ts';

let host: Host;

const file = (update: string) =>
  guestFile(`[Update]\nHealthCheck=${healthCheck}\nHealthTimeoutSec=3min\n${update}
[Files]\nBind=/srv/data:/var/data\n[Service]\nSetCredential=greeting:hello\n`);

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
  await publish(host, serverRef, { version: '1', ...faults['is good'] });
  await host.sh('mkdir -p /srv/data && chmod 777 /srv/data');
  await declare(host, 'mail', file(''));
  await update(host, 'mail');
  await start(host, 'mail');
});
afterAll(() => host?.stop());

/** Everything of the guest that a rehearsal could leave a trace in, but for its result, the history and the journal of the running guest. */
const traces = () =>
  host.sh(`cd /var/lib/ostree-guests/mail
    find . -path ./sysroot/ostree/deploy/mail/var/log/journal -prune -o -path ./history -prune -o ! -name rehearsed.json -printf '%p %y %m %U:%G %s %l\\n' | sort
    ls -R /srv/data; ls /run/systemd/nspawn-uid 2>/dev/null || true`);
const boots = () =>
  inGuest(host, 'mail', 'cat /proc/sys/kernel/random/boot_id /proc/1/stat | cut -d" " -f1,22');
const rehearse = () => host.try('systemctl start ostree-guest-rehearse@mail');

/** Has machined learn late that a machine was killed, as on a busy host, until `done`. */
async function withSlowMachined(done: () => Promise<void>): Promise<void> {
  const dropIn = '/run/systemd/system/systemd-machined.service.d/slow.conf';
  const again = 'systemctl daemon-reload; systemctl try-restart systemd-machined';
  await host.write(dropIn, '[Service]\nCPUSchedulingPolicy=batch\nNice=19\n');
  await host.sh(again);
  await done();
  await host.sh(`rm ${dropIn}; ${again}`);
}

/** Has rehearsals wait at their beginning, until they are let through. */
async function holdRehearsals() {
  const dropIn = '/run/systemd/system/ostree-guest-rehearse@mail.service.d/gate.conf';
  const closed = '/var/lib/ostree-guests/mail/closed';
  await host.write(
    dropIn,
    `[Service]\nExecStartPre=/bin/sh -c "while [ -e ${closed} ]; do sleep 0.1 2>/dev/null || :; done"\n`,
  );
  await host.sh(`touch ${closed}; systemctl daemon-reload`);
  return {
    isReached: () => eventually(host, '[ "$(systemctl is-active ostree-guest-rehearse@mail)" = activating ]'),
    open: () => host.run('rm', closed),
  };
}

test.runIf(canRehearse)(
  'a rehearsal sees the /etc and /var of the guest, confined as the guest is, and leaves no trace',
  async () => {
    const files = {
      ...faults['is good'].files,
      // Looks at everything the guest's own root could, and fails unless it is all there.
      '/usr/lib/systemd/system/look.service': `[Service]\nType=oneshot\nExecStart=/usr/libexec/look\n`,
      '/usr/lib/systemd/system/multi-user.target.d/look.conf':
        '[Unit]\nRequires=look.service\nAfter=look.service\n',
      '/usr/libexec/look': {
        content: `#!/bin/sh -eux
test "$(cat /etc/mine)" = mine; test "$(cat /var/mine)" = mine
test "$(hostname)" = mail; test -e /run/credentials/@system/greeting
test "$(ls /sys/class/net)" = lo
read -r inside outside size </proc/self/uid_map; test $outside = 2000000000; test $size = 131072
test "$(stat -c %u /var/high)" = 70000; chown 70001 /var/high
! touch /usr/x; ! touch /var/data/x; ! test -e /sysroot/ostree
echo changed >/etc/mine; echo changed >/var/mine; touch /etc/new /var/new; rm /var/gone
`,
        mode: 0o755,
      },
    };
    await inGuest(host, 'mail', 'echo mine >/etc/mine; echo mine >/var/mine; echo mine >/var/gone; sync');
    // More UIDs than nspawn picks. The guest has them only after its next start.
    await host.write('/etc/ostree-guests/mail.guest.d/wide.conf', '[Exec]\nPrivateUsers=2000000000:131072\n');
    await host.sh(`systemctl daemon-reload; cd /var/lib/ostree-guests/mail/sysroot/ostree/deploy/mail/var
      touch high; chown 70000 high`);
    await publish(host, serverRef, { version: 'look', files });
    await update(host, 'mail');
    const [before, running, onHost] = [await traces(), await boots(), await fingerprint(host)];
    // As an earlier one leaves it that was killed, of a guest with CAP_LINUX_IMMUTABLE.
    await host.sh(
      'cd /var/lib/ostree-guests/mail; mkdir -p rehearsal/etc; echo >rehearsal/etc/fixed; chattr +i rehearsal/etc/*',
    );
    const { exitCode, all } = await rehearse();
    expect([
      exitCode,
      exitCode && (await host.sh(`journalctl -o cat --no-pager -n 60 -u 'ostree-guest-rehears*'`)),
      all,
    ]).toEqual([0, 0, '']);
    expect([await traces(), await boots(), await fingerprint(host)]).toEqual([before, running, onHost]);
    expect(await inGuest(host, 'mail', 'cat /etc/mine /var/mine /var/gone; ! test -e /etc/new')).toBe(
      'mine\nmine\nmine',
    );
    expect((await status(host, 'mail')).staged).not.toBeNull();
    await host.sh('rm /etc/ostree-guests/mail.guest.d/wide.conf; systemctl daemon-reload');
  },
);

test.runIf(canRehearse)(
  'what fails only for want of a network, fails for what runs now as well, and does not count',
  async () => {
    const files = {
      ...faults['is good'].files,
      '/usr/lib/systemd/system/online.service':
        '[Service]\nType=oneshot\nExecStart=test -e /sys/class/net/host0\n',
      '/usr/lib/systemd/system/multi-user.target.d/online.conf': '[Unit]\nWants=online.service\n',
    };
    await publish(host, serverRef, { version: 'online', files });
    await update(host, 'mail');
    expect((await rehearse()).exitCode).toBe(1);
    await host.sh(
      'guestctl forgive mail && systemctl start ostree-guest-update@mail && systemctl start ostree-guest-switch@mail',
    );
    await publish(host, serverRef, { version: 'online too', files });
    await update(host, 'mail');
    // Three machines, one after the other, of which two are killed.
    await withSlowMachined(async () => expect((await rehearse()).all).toBe(''));
  },
);

test.runIf(canRehearse)(
  'a host that is too slow for a rehearsal of what runs now as well rejects nothing',
  async () => {
    // Nothing ever comes up.
    const dropIn = '/run/systemd/system/ostree-guest-rehearsal@mail.service.d/slow.conf';
    await host.write(dropIn, '[Service]\nExecStartPre=/bin/sleep infinity\n');
    await declare(host, 'mail', file('HealthTimeoutSec=3s\n'));
    const slow = await publish(host, serverRef, { version: 'slow', ...faults['is good'] });
    await update(host, 'mail');
    expect((await host.try('guestctl rehearse mail')).stderr).toMatch(
      /did not come up within 3 s\. Whether the update is at fault is not known, because in a rehearsal of the running deployment, it did not come up within 3 s/,
    );
    expect(await status(host, 'mail')).toMatchObject({ rejected: [], staged: { checksum: slow } });
    await host.sh(`rm ${dropIn}; systemctl daemon-reload`);
    await declare(host, 'mail', file(''));
    expect((await rehearse()).all).toBe('');
  },
);

test.runIf(canRehearse)(
  'an update that comes while a switch rehearses another one changes nothing of that, and is staged after it',
  async () => {
    const { open, isReached } = await holdRehearsals();
    // Outside of its window an update is staged only.
    const policy = 'Action=switch\nRehearse=yes\nSwitchOnCalendar=2020-01-01\nSwitchWindowSec=1h\n';
    await declare(host, 'mail', file(policy));
    const wanted = await publish(host, serverRef, { version: '2', ...faults['is good'] });
    await update(host, 'mail');
    await host.run('systemctl', 'start', '--no-block', 'ostree-guest-switch@mail');
    await isReached();
    const next = await publish(host, serverRef, { version: '3', ...faults['panics'] });
    await host.run('systemctl', 'start', '--no-block', 'ostree-guest-update@mail');
    const waits = 'Waiting until the switch of mail has ended';
    await eventually(host, `systemctl show -P StatusText ostree-guest-update@mail | grep '${waits}'`);
    await open();
    await end(host, 'ostree-guest-switch@mail', 'ostree-guest-update@mail', 'ostree-guest-assess@mail');
    expect(await status(host, 'mail')).toMatchObject({
      running: { checksum: wanted },
      staged: { checksum: next },
      rejected: [],
    });
  },
);

test.runIf(canRehearse)(
  'a reboot before the switch has rehearsed an update boots what ran, and the update is rehearsed after it',
  async () => {
    const { running: ran } = await status(host, 'mail');
    const { open, isReached } = await holdRehearsals();
    await declare(host, 'mail', file('Action=switch\nRehearse=yes\n'));
    const unrehearsed = await publish(host, serverRef, { version: '4', ...faults['panics'] });
    await host.run('systemctl', 'start', '--no-block', 'ostree-guest-update@mail');
    await isReached();
    const staged = { running: ran, staged: { checksum: unrehearsed }, rejected: [] };
    expect(await status(host, 'mail')).toMatchObject(staged);
    await reboot(host, 'mail');
    expect(await status(host, 'mail')).toMatchObject({ ...staged, trial: null });
    expect((await host.try('guestctl list')).stdout).toContain('rehearsal due');
    await open();
    await end(host, 'ostree-guest-update@mail', 'ostree-guest-switch@mail');
    expect(await status(host, 'mail')).toMatchObject({
      running: ran,
      staged: null,
      rejected: [{ checksum: unrehearsed, reason: expect.stringMatching(/^in its rehearsal, /) }],
    });
  },
);

test.skipIf(canRehearse)(
  'where mount cannot map owners, it is refused before anything is done, and told by all',
  async () => {
    await publish(host, serverRef, { version: '2', ...faults['is good'] });
    await update(host, 'mail');
    const { staged } = await status(host, 'mail');
    expect(staged).not.toBeNull();
    const before = [await traces(), await boots()];
    const reason = /needs a mount\(8\) that can map owners, of util-linux 2\.39/;
    expect((await host.try('guestctl rehearse mail')).stderr).toMatch(reason);
    expect((await rehearse()).exitCode).toBe(1);
    expect(await host.sh('journalctl --sync; journalctl -u ostree-guest-rehearse@mail')).toMatch(reason);

    await declare(host, 'mail', file('Rehearse=yes\n'));
    await publish(host, serverRef, { version: '3', ...faults['is good'] });
    for (const step of ['update', 'switch']) {
      expect((await host.try(`systemctl start ostree-guest-${step}@mail`)).exitCode).toBe(1);
      expect(await host.sh(`journalctl --sync; journalctl -u ostree-guest-${step}@mail`)).toMatch(reason);
    }
    expect(await status(host, 'mail')).toMatchObject({ state: 'running', staged, rejected: [] });
    expect([await traces(), await boots()]).toEqual(before);
    const line = (await host.sh('grep -n Rehearse /etc/ostree-guests/mail.guest')).split(':')[0];
    expect((await host.try('guestctl verify mail')).all).toMatch(
      new RegExp(`mail\\.guest:${line}:\\d+: A rehearsal ${reason.source}`),
    );
    expect((await host.try('guestctl doctor')).all).toContain('updates of mail cannot be rehearsed');

    await declare(host, 'mail', file(''));
    await host.run('systemctl', 'start', 'ostree-guest-switch@mail');
    expect((await status(host, 'mail')).running?.checksum).toBe(staged?.checksum);
  },
);
