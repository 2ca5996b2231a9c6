import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { declare, failingUpdate, guestFile, inGuest, reboot, start, status, update } from './guests.ts';
import { bootHost, type Host } from './host.ts';
import { makeMirror, publish } from './mirror.ts';
import { suite } from './recipe.ts';

let host: Host;

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
});
afterAll(() => host?.stop());

/** The sysroots that were made; systemd makes an empty directory for each guest whose update it starts. */
const sysroots = () => host.sh('ls -d /var/lib/ostree-guests/*/sysroot 2>/dev/null || :');

const remote = '[Remote]\nURL=file:///srv/mirror/repo\n';

describe('a guest that cannot be made says why, where and what to do', () => {
  test.each([
    [
      'unknown-key',
      `[Guest]\nRef=site:x\n[Update]\nOnCalender=daily\n`,
      /unknown-key\.guest:4:1: \[Update\] has no key 'OnCalender'\. Did you mean OnCalendar\?/,
    ],
    ['no-ref', `[Guest]\nDescription=x\n`, /no-ref\.guest:1:1: Ref= is missing in \[Guest\]/],
    ['Bad_Name', `[Guest]\nRef=site:x\n`, /Bad_Name\.guest:1:1: 'Bad_Name' is not a guest name/],
    [
      'unreachable',
      guestFile('', 'http://127.0.0.1:9/repo'),
      /unreachable\.guest:5: cannot fetch debian\/12\/server from http:\/\/127\.0\.0\.1:9\/repo: .*connect.*\. The guest is not created yet\. Try it by hand/,
    ],
    [
      'no-such-ref',
      `[Guest]\nRef=site:debian/99\n${remote}`,
      /no-such-ref\.guest:4: cannot fetch debian\/99 .*'debian\/99' not found/,
    ],
    [
      'no-repository',
      guestFile('', 'file:///srv/nowhere'),
      /no-repository\.guest:5: cannot fetch .*\/srv\/nowhere.*No such file/,
    ],
    [
      'no-key',
      guestFile('', 'file:///srv/mirror/repo\nGPGKeyPath=/etc/no.asc'),
      /no-key\.guest:6: GPGKeyPath=\/etc\/no\.asc does not exist\. The guest is not created yet\. Put/,
    ],
    [
      'no-remote',
      `[Guest]\nRef=central:debian/12/server\n`,
      /no-remote\.guest:2: the host has no remote 'central'\. The guest is not created yet\. Add \[Remote\]/,
    ],
  ])('%s', async (name, text, expected) => {
    await declare(host, name, text);
    expect(await failingUpdate(host, name)).toMatch(expected);
    expect(await sysroots()).not.toContain('no-key');
  });

  test('a Sysroot= that cannot be made', async () => {
    await declare(host, 'no-directory', `[Guest]\nRef=site:debian/12/server\nSysroot=/etc/passwd\n${remote}`);
    const fault =
      /no-directory\.guest:3: cannot make the sysroot: .*\/etc\/passwd.*(File exists|Not a directory)\. Name another directory with Sysroot=/;
    expect(await failingUpdate(host, 'no-directory')).toMatch(fault);
    expect((await host.try('guestctl update no-directory')).all).toMatch(fault);
    // journald may read it only when the unit has ended, and then no longer knows the run.
    await host.sh(`pid=$(systemctl show -P MainPID systemd-journald)
      kill -STOP "$pid"
      systemctl start ostree-guest-update@no-directory || :
      kill -CONT "$pid"`);
    expect(await host.sh('guestctl status no-directory')).toMatch(fault);
    expect(await status(host, 'no-directory')).toMatchObject({
      state: 'not created',
      update: { state: 'failed', fault: expect.stringMatching(fault) },
    });
  });

  // As /sysroot of a host with sysroot.readonly=true.
  test('a Sysroot= on a file system that is mounted read-only', async () => {
    await host.sh('mkdir -p /srv/fixed; mount -t tmpfs -o ro,mode=755 tmpfs /srv/fixed');
    await declare(host, 'fixed', guestFile().replace('[Guest]', '[Guest]\nSysroot=/srv/fixed/mail'));
    const why = '/srv/fixed/mail is on a file system that is mounted read-only';
    expect((await host.try('guestctl verify fixed')).all).toMatch(/fixed\.guest:2:.*mounted read-only/);
    expect((await host.try('guestctl doctor')).all).toContain(why);
    await host.sh('umount /srv/fixed; rm /etc/ostree-guests/fixed.guest; systemctl daemon-reload');
  });

  test('a tree without a kernel', async () => {
    await publish(host, 'debian/12/container', { kernel: false });
    await declare(host, 'no-kernel', `[Guest]\nRef=site:debian/12/container\n${remote}`);
    expect(await failingUpdate(host, 'no-kernel')).toMatch(
      /no-kernel\.guest:2: site:debian\/12\/container \([0-9a-f]{12}\) has no kernel in \/usr\/lib\/modules\/\*\/vmlinuz\. The guest is not created yet\. OSTree deploys no tree without one/,
    );
  });

  test('a name that is not declared', async () => {
    expect(await failingUpdate(host, 'nobody')).toBe(
      "No guest 'nobody' is declared. List guests: guestctl list. Make one: guestctl create nobody",
    );
    const { exitCode, stderr } = await host.try('guestctl status nobody');
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining("No guest 'nobody' is declared")]);
  });

  test('a guest that systemd has not yet seen is not updated, and its boot step does not run', async () => {
    await host.write('/etc/ostree-guests/unseen.guest', guestFile());
    expect(await failingUpdate(host, 'unseen')).toBe(
      "systemd has not yet seen the file of the guest 'unseen'. Run: systemctl daemon-reload",
    );
    expect((await host.try('systemctl start ostree-guest-boot@unseen')).exitCode).not.toBe(0);
    expect(await sysroots()).not.toContain('unseen');
  });

  test('an update that has lost its sandbox', async () => {
    await declare(host, 'bare');
    const dropIn = '/run/systemd/system/ostree-guest-update@bare.service.d/99-bare.conf';
    await host.write(dropIn, '[Service]\nTemporaryFileSystem=\n');
    await host.run('systemctl', 'daemon-reload');
    expect(await failingUpdate(host, 'bare')).toMatch(/not isolated from the host .*systemctl cat shows/);
    expect(await sysroots()).not.toContain('bare');
    await host.run('rm', dropIn);
    await host.run('systemctl', 'daemon-reload');
  });
});

test('a broken guest costs the others nothing: the generator says what is wrong and goes on', async () => {
  await declare(host, 'good');
  await update(host, 'good');
  // A generator has no other way to speak; a container has no kernel log, so a pipe stands in for it.
  const log = await host.sh(`
    rm -f /dev/kmsg; mkfifo /dev/kmsg
    systemd-run --quiet --unit=kmsg sh -c 'exec 3<>/dev/kmsg; cat <&3 >/run/kmsg'
    until systemctl daemon-reload && grep -q no-ref /run/kmsg; do sleep 0.1; done
    cat /run/kmsg; systemctl stop kmsg; rm /dev/kmsg`);
  expect(log).toMatch(
    /^<3>ostree-guests-generator\[[0-9]+\]: \/etc\/ostree-guests\/no-ref\.guest:1:1: Ref= is missing/m,
  );
  const byHand = await host.try('/usr/lib/systemd/system-generators/ostree-guests-generator $(mktemp -d)');
  expect(byHand.exitCode).toBe(1);
  expect(byHand.stderr).toContain('/etc/ostree-guests/no-ref.guest:1:1: Ref= is missing');
});

test.skipIf(suite === 'bookworm')('the generator runs on QuickJS, and Node makes the same', async () => {
  await declare(host, 'alike');
  const generator = '/usr/lib/systemd/system-generators/ostree-guests-generator';
  const difference = await host.sh(`
    mkdir /run/on-qjs /run/on-node
    OSTREE_GUESTS_NODE=/bin/false ${generator} /run/on-qjs 2>/run/on-qjs/problems || test $? = 1
    OSTREE_GUESTS_QJS=/nonexistent ${generator} /run/on-node 2>/run/on-node/problems || test $? = 1
    test -e /run/on-qjs/systemd-nspawn@alike.service.d
    diff -r /run/on-qjs /run/on-node`);
  expect(difference).toBe('');
});

test('a mistake in the file of a guest that runs takes away neither its shell nor its stop', async () => {
  await declare(host, 'runs', guestFile());
  await update(host, 'runs');
  await start(host, 'runs');
  await host.sh('echo Keep=3x >>/etc/ostree-guests/runs.guest');
  const shell = await host.try('guestctl shell runs echo entered');
  expect(shell).toMatchObject({ exitCode: 0, stdout: 'entered' });
  expect(shell.stderr).toMatch(/runs\.guest:\d+:\d+: /);
  expect(await host.sh('guestctl logs runs -n 5 -o cat')).not.toBe('');
  // It could not start again.
  for (const verb of ['reboot', 'restart'])
    expect((await host.try(`guestctl ${verb} runs`)).all).toMatch(/runs\.guest:\d+:\d+: .*Correct it/);
  expect(await host.sh('guestctl exec runs hostname')).toBe('runs');
  await host.sh('guestctl stop runs && ! systemctl is-active systemd-nspawn@runs');
  await host.sh('rm /etc/ostree-guests/runs.guest && systemctl daemon-reload');
});

test('what systemd says of the units of one guest is told of that one only, each guest in one run', async () => {
  await declare(host, 'window', guestFile('\n[Update]\nSwitchOnCalendar=Sun 04:00\n'));
  await declare(host, 'fine');
  await declare(host, 'heavy', guestFile('\n[Service]\nCPUWeight=99999999\n'));
  await host.sh('systemctl enable ostree-guest-switch@window.timer');
  const { exitCode, stdout } = await host.try('guestctl verify fine window heavy');
  expect(stdout).toMatch(/^\/etc\/ostree-guests\/heavy\.guest:\d+:\d+: systemd says: .*99999999/);
  expect(stdout).not.toMatch(/fine|window/);
  expect(exitCode).toBe(1);
  // A draft beside the guest of the same name, each with its own problems.
  await host.sh(
    'mkdir -p /root/draft; sed s/04:00/25:00/ /etc/ostree-guests/window.guest >/root/draft/window.guest',
  );
  const both = await host.try('guestctl verify window /root/draft/window.guest');
  expect(both.stdout).toMatch(/^\/root\/draft\/window\.guest:\d+:\d+: /m);
  expect(both.stdout).not.toMatch(/etc.ostree-guests/);
  await host.sh('systemctl disable ostree-guest-switch@window.timer');
  await host.sh('rm /etc/ostree-guests/{window,fine,heavy}.guest && systemctl daemon-reload');
});

test('misuse of guestctl exits 2 and says how it is used', async () => {
  for (const words of ['lst', 'status', 'list -o yaml']) {
    const { exitCode, stderr } = await host.try(`guestctl ${words}`);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('error: ')]);
  }
});

test('a full disk fails the update and nothing else; with room again it goes through', async () => {
  await host.sh('mkdir -p /srv/small && mount -t tmpfs -o size=200M tmpfs /srv/small');
  await declare(host, 'small', `[Guest]\nRef=site:debian/12/small\nSysroot=/srv/small/sysroot\n${remote}`);
  const first = await publish(host, 'debian/12/small', {});
  await update(host, 'small');
  await start(host, 'small');
  await inGuest(host, 'small', 'echo mine >/etc/mine');

  await host.sh('head -c 150M /dev/urandom >/srv/big');
  const big =
    await host.sh(`ostree commit --repo=/srv/mirror/repo --branch=debian/12/small --tree=ref=debian/12/small \\
    --add-metadata-string=version=big --tree=tar=<(tar -C /srv -c --transform=s,^,usr/lib/, big)`);
  expect(await failingUpdate(host, 'small')).toMatch(
    /small\.guest:5: cannot fetch debian\/12\/small .*(min-free-space|No space left|would be exceeded)/,
  );
  expect(await status(host, 'small')).toMatchObject({
    state: 'running',
    running: { checksum: first },
    staged: null,
  });
  await reboot(host, 'small');
  expect(await inGuest(host, 'small', 'cat /etc/mine')).toBe('mine');

  await host.sh('mount -o remount,size=800M /srv/small');
  await update(host, 'small');
  await reboot(host, 'small');
  expect(await status(host, 'small')).toMatchObject({ running: { checksum: big }, staged: null });
  expect(await inGuest(host, 'small', 'cat /etc/mine')).toBe('mine');
});
