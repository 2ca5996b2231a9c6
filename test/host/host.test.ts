// The test host itself: is it what the other tests take it for?
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootHost, type Host } from './host.ts';
import { serveMirror } from './http.ts';
import { makeKey } from './keys.ts';
import { makeMirror, mirrorPath, publish, serverRef } from './mirror.ts';

const product = undefined; // whether the product is any good is for other files to say

describe('an OSTree host', () => {
  let host: Host;
  beforeAll(async () => {
    host = await bootHost({ product });
    await makeMirror(host);
  });
  afterAll(() => host?.stop());

  it('runs, from its deployment', async () => {
    expect(await host.sh('systemctl is-system-running || systemctl --failed')).toBe('running');
    expect(await host.sh('ostree admin status')).toMatch(/^\* debian [0-9a-f]{64}\.0/);
    expect((await host.try('touch /usr/written')).exitCode).toBe(1);
  });

  it('has a control group of its own, commands included', async () => {
    expect(await host.sh('grep ^0:: /proc/self/cgroup')).toBe('0::/test.scope');
  });

  it('reports what failed, and where', async () => {
    await expect(host.sh('echo out; echo err >&2; exit 3')).rejects.toThrow(/exit code 3.*\nout\nerr/s);
  });

  it('publishes commits', async () => {
    const files = { '/etc/motd': 'hello\n', '/usr/bin/hi': { content: '#!/bin/sh\necho hi\n', mode: 0o755 } };
    const commit = await publish(host, 'test/changed', { files, remove: ['/etc/greeting'], kernel: false });
    const list = await host.sh(
      `ostree --repo=${mirrorPath} ls -R ${commit} /usr/etc /usr/bin /usr/lib/modules`,
    );
    expect(list).toMatch(/^-00644 0 0 +6 \/usr\/etc\/motd$/m);
    expect(list).toMatch(/^-00755 0 0 +18 \/usr\/bin\/hi$/m);
    expect(list).not.toMatch(/greeting|vmlinuz/);
  });

  it('serves them over HTTP, and tells what was asked for', async () => {
    const server = await serveMirror(host);
    const remote = `ostree --repo=/var/tmp/pulled`;
    await host.sh(`${remote} init --mode=archive
      ${remote} remote add --no-gpg-verify site ${server.url}/repo
      ${remote} pull --commit-metadata-only site:${serverRef}`);
    expect(await server.requests()).toContain(`/repo/refs/heads/${serverRef}`);
    await server.forget();
    expect(await server.requests()).toEqual([]);
    await server.stop();
  });

  it('signs them', async () => {
    const key = await makeKey(host);
    const remote = 'ostree --repo=/var/tmp/signed';
    await host.sh(`${remote} init --mode=archive
      ${remote} remote add --gpg-import=${key.path} site file://${mirrorPath}`);
    const pull = `${remote} pull --commit-metadata-only site:test/signed`;
    const commit = await publish(host, 'test/signed');
    expect((await host.try(pull)).all).toMatch(/no signatures found/);
    await key.sign(commit);
    await host.sh(pull);
  });

  it('runs a guest in user namespaces', async () => {
    await host.sh(guestByHand);
    try {
      expect(await host.sh('systemctl is-active guest')).toBe('active');
      expect(await host.sh('systemctl -M mail is-system-running')).toBe('running');
      expect(await host.sh('machinectl show mail -p Class --value')).toBe('container');
      expect(await host.sh('machinectl --quiet shell mail /usr/bin/cat /proc/self/uid_map')).toMatch(
        /^ *0 +[1-9]\d+ +65536$/,
      );
      expect(
        await host.sh('machinectl --quiet shell mail /usr/bin/sh -c "touch /usr/x /etc/y /var/z" || true'),
      ).toMatch(/^touch: .*\/usr\/x.*: Read-only file system$/);
    } finally {
      await host.try('systemctl stop guest');
    }
    await host.sh('ostree fsck --quiet --repo=/var/lib/mail/ostree/repo');
  });

  it('stages an update of its own', async () => {
    await host.sh(`ostree commit --branch=host/next --tree=ref=$(ostree admin status | sed -n 's/^\\* debian \\(.*\\)\\.0/\\1/p')
      ostree admin deploy --stage host/next
      test -e /run/ostree/staged-deployment`);
    expect(await host.sh('ostree admin status')).toMatch(/debian [0-9a-f]{64}\.\d \(staged\)\n/);
  });
});

describe('a plain host', () => {
  let host: Host;
  beforeAll(async () => {
    host = await bootHost({ ostree: false, product });
  });
  afterAll(() => host?.stop());

  it('runs, and is no OSTree system', async () => {
    expect(await host.sh('systemctl is-system-running || systemctl --failed')).toBe('running');
    expect((await host.try('ls -d /run/ostree-booted /ostree /sysroot')).stdout).toBe('');
    await host.sh('touch /usr/written /etc/written && test -d /var/lib/dpkg && ! test -L /home');
  });

  it('runs a guest too', async () => {
    await makeMirror(host);
    await host.sh(guestByHand);
    expect(await host.sh('systemctl -M mail is-system-running')).toBe('running');
  });
});

/** What the product does, in a few commands. */
const guestByHand = `
  sysroot=/var/lib/mail
  mkdir $sysroot
  ostree admin init-fs --modern $sysroot
  ostree --repo=$sysroot/ostree/repo config set sysroot.bootloader none
  ostree --repo=$sysroot/ostree/repo pull-local ${mirrorPath} ${serverRef}
  ostree admin --sysroot=$sysroot os-init mail
  ostree admin --sysroot=$sysroot deploy --os=mail ${serverRef}
  systemd-run --quiet --unit=guest -p Type=notify -p NotifyAccess=all -p Delegate=yes -p KillMode=mixed \
    systemd-nspawn --quiet --keep-unit --boot --machine=mail --directory=$(echo $sysroot/ostree/deploy/mail/deploy/*.0) \
    --private-users=pick --private-users-ownership=map --bind-ro=+/usr:/usr --network-veth \
    --bind=$sysroot/ostree/deploy/mail/var:/var:idmap --tmpfs=/sysroot:mode=755 \
    --link-journal=no --timezone=off --notify-ready=yes`;
