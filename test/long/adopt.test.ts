import { afterAll, beforeAll, expect, test } from 'vitest';
import { fingerprint, makeHostUpdate } from '../host/fingerprint.ts';
import { inGuest, reboot, start, status, update } from '../host/guests.ts';
import { bootHost, type Host } from '../host/host.ts';
import { makeMirror, publish, serverRef } from '../host/mirror.ts';

let host: Host;

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
  await host.sh('ostree remote add --repo=/ostree/repo --no-gpg-verify site file:///srv/mirror/repo');
  await host.sh(`ostree pull --repo=/ostree/repo site ${serverRef}`);
});
afterAll(() => host?.stop());

/** As the recipe makes one: a stateroot beside the host's, listed, but not the default. */
async function followRecipe(name: string): Promise<void> {
  await host.sh(`
    ostree admin os-init ${name}
    ostree admin deploy --retain --not-as-default --os=${name} site:${serverRef}`);
}

const rootOf = (name: string) => host.sh(`ls -d /ostree/deploy/${name}/deploy/*.0`);

/** As the recipe starts one, with the stateroot's /var. */
async function startOld(name: string, root: string): Promise<void> {
  await host.sh(`
    systemd-run --quiet --unit=old-${name} -p Type=notify -p KillMode=mixed systemd-nspawn --quiet --keep-unit --boot \\
      --notify-ready=yes --machine=${name} --directory=${root} --private-network --link-journal=no \\
      --bind=/ostree/deploy/${name}/var:/var --bind=/tmp:/sysroot/tmp`);
}

const stopOld = (name: string) => host.sh(`systemctl stop old-${name}`);

/** What an administrator and the guest's programs leave in it over the years. */
const life = `
  echo mine >/etc/mine; echo changed >>/etc/greeting; rm /etc/debconf.conf; ln -s mine /etc/link
  mkdir -m 2750 /etc/private; echo secret >/etc/private/key; chmod 400 /etc/private/key; chown -R daemon:games /etc/private
  mkdir -p /var/lib/app; cd /var/lib/app; echo data >file; ln file hard; ln -s /etc/mine soft
  cp /bin/true setuid; chmod 4755 setuid; mkfifo fifo; truncate -s 10M sparse; echo x >"a
b"; chown 1234:5678 file`;

/** Names, owners, modes, links, contents and attributes of all files but those that each boot writes. */
const filesIn = (directory: string) =>
  host.sh(`
    cd ${directory}
    left=(-path ./log/journal -o -path ./log/wtmp -o -path ./lib/systemd -o -path ./tmp -o -path ./lib/private -o -name .updated)
    find . \\( "\${left[@]}" \\) -prune -o -printf '%p %y %m %U:%G %n %l\\n' | sort
    find . \\( "\${left[@]}" \\) -prune -o -type f -print0 | sort -z | xargs -0 sha256sum
    find . \\( "\${left[@]}" \\) -prune -o -print0 | sort -z | xargs -0 getfattr --no-dereference -d -m - 2>/dev/null`);

const ours = (name: string) => `/var/lib/ostree-guests/${name}/sysroot/ostree/deploy/${name}`;

test('the guest of the recipe, with an update of the host staged, is adopted with every file, and the host is as it was', async () => {
  await followRecipe('mail');
  const root = await rootOf('mail');
  await startOld('mail', root);
  await inGuest(host, 'mail', life);
  await host.sh(`setfattr -n user.note -v kept ${root}/etc/mine /ostree/deploy/mail/var/lib/app/file`);
  await makeHostUpdate(host);
  await host.run('ostree', 'admin', 'deploy', '--stage', 'host/next');

  const refused = await host.try('guestctl adopt mail');
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toMatch(/'mail' is running \(process \d+, for one\)\. Stop it first/);
  await stopOld('mail');

  const before = await fingerprint(host);
  const old = [await filesIn(`${root}/etc`), await filesIn('/ostree/deploy/mail/var')];
  expect(old[0]).toContain('user.note="kept"');
  const { stderr } = await host.run('guestctl', 'adopt', 'mail');
  expect(stderr).toContain('mail boots, and is stopped again');
  expect(await fingerprint(host)).toEqual(before);
  expect([await filesIn(`${ours('mail')}/deploy/*.0/etc`), await filesIn(`${ours('mail')}/var`)]).toEqual(
    old,
  );
  expect([await filesIn(`${root}/etc`), await filesIn('/ostree/deploy/mail/var')]).toEqual(old);
  expect(await host.sh('cat /etc/ostree-guests/mail.guest')).toContain(`[Guest]\nRef=site:${serverRef}`);
});

test('the adopted guest is one as all others: it runs, and is updated from where it came from', async () => {
  await update(host, 'mail');
  expect((await status(host, 'mail')).staged).toBeNull();
  await start(host, 'mail');
  const second = await publish(host, serverRef, { version: '12.2' });
  await update(host, 'mail');
  await reboot(host, 'mail');
  expect((await status(host, 'mail')).running?.checksum).toBe(second);
  expect(
    await inGuest(
      host,
      'mail',
      'cat /etc/mine /etc/private/key; tail -1 /etc/greeting; test ! -e /etc/debconf.conf',
    ),
  ).toBe('mine\nsecret\nchanged');
});

test('--remove undeploys the old one, its /var stays, and the staged update of the host becomes its next boot', async () => {
  const run = () => host.sh('systemctl show -P InvocationID systemd-nspawn@mail');
  const before = await run();
  const staged = (await fingerprint(host))['the staged update in /run/ostree'];
  const { stderr } = await host.run('guestctl', 'adopt', 'mail', '--remove');
  expect(stderr).toMatch(
    /Adopted before, from .*Undeployed [0-9a-f]{64}\.0 from the host.*mail runs, and was left so/s,
  );
  expect(await run()).toBe(before);
  expect(await host.sh('ostree admin status')).not.toContain(' mail ');
  expect(await host.sh('ls /ostree/deploy/mail/deploy')).toBe('');
  expect(await host.sh('cat /ostree/deploy/mail/var/lib/app/hard')).toBe('data');
  expect((await fingerprint(host))['the staged update in /run/ostree']).toBe(staged);
  // What the host's shutdown does.
  await host.sh('systemctl stop ostree-finalize-staged');
  const next = await host.sh('ostree rev-parse host/next');
  expect(await host.sh('ostree admin status')).toMatch(new RegExp(`^debian ${next}\\.0 \\(pending\\)`));
  await start(host, 'mail');
  expect(await inGuest(host, 'mail', 'cat /etc/mine')).toBe('mine');
  await stopGuest('mail');
});

const stopGuest = (name: string) => host.sh(`systemctl stop systemd-nspawn@${name}`);

test('an update by the recipe, which no list has, is adopted with its layers and what was changed in /usr', async () => {
  await followRecipe('build');
  const layered = await host.sh(`
    mkdir -p /var/tmp/layer/usr/share && echo layered >/var/tmp/layer/usr/share/layer
    ostree commit --repo=/ostree/repo --tree=ref=site:${serverRef} --tree=dir=/var/tmp/layer --orphan
  `);
  await host.sh(`
    printf '[origin]\nbaserefspec=site:${serverRef}\n\n[packages]\nrequested=make;gcc;\n\n[libostree-transient]\npinned=true\n' >/var/tmp/origin
    systemd-run --quiet --wait -p TemporaryFileSystem=/run/ostree \\
      ostree admin deploy --os=build --stage --origin-file=/var/tmp/origin ${layered}`);
  const root = `/ostree/deploy/build/deploy/${layered}.0`;
  // A second guest like it, which an OSTree command on the host would delete.
  await host.sh(`
    ostree admin os-init other
    mkdir -p /ostree/deploy/other/deploy && cp -a ${root} /ostree/deploy/other/deploy/ && chattr +i /ostree/deploy/other/deploy/*`);
  await startOld('build', root);
  await inGuest(
    host,
    'build',
    'echo by hand >/usr/share/by-hand; echo >>/usr/share/layer; echo kept >/etc/kept',
  );
  await stopOld('build');

  const ambiguous = await host.try('guestctl adopt build');
  expect(ambiguous.stderr).toMatch(
    new RegExp(
      `has more than one deployment:\n(.*\n)*  ${layered}\\.0 \\(in no list\\)(.*\n)*.*Name the one`,
    ),
  );
  const { stderr } = await host.run('guestctl', 'adopt', 'build', layered.slice(0, 12));
  expect(stderr).toContain('Its /usr differs from its commit, and is kept as it is');
  await start(host, 'build');
  expect(await inGuest(host, 'build', 'cat /usr/share/by-hand /usr/share/layer /etc/kept')).toBe(
    'by hand\nlayered\n\nkept',
  );
  await stopGuest('build');
  expect(await host.sh(`ostree fsck --repo=/var/lib/ostree-guests/build/sysroot/ostree/repo`)).toContain(
    'no errors',
  );
  expect(await host.sh('cat /etc/ostree-guests/build.guest')).toContain(
    `Ref=site:${serverRef}\n\n[Packages]\nInstall=make gcc`,
  );

  const endangering = await host.try('guestctl adopt build --remove');
  expect(endangering.stderr).toMatch(/OSTree would delete \/ostree\/deploy\/other\/deploy\/.* as well/);
  expect(await host.sh(`ls -d ${root} /ostree/deploy/other/deploy/*.0`)).toContain('other');
});

test('killed anywhere, it leaves the old one as it was, and the next run completes', async () => {
  await followRecipe('kept');
  const root = await rootOf('kept');
  await host.sh(`echo kept >${root}/etc/kept; echo kept >/ostree/deploy/kept/var/kept`);
  const old = [await filesIn(`${root}/etc`), await filesIn('/ostree/deploy/kept/var')];
  const work = '/var/lib/ostree-guests/kept/adopting';
  const begun = [work, `${work}/ostree/deploy/kept/deploy/*.0`, `${work}/adopted-from`, ours('kept')];
  for (const [round, path] of [...begun, '/run/systemd/machines/kept'].entries()) {
    // In a scope: what guestctl has started, and is not yet a service, ends with it.
    const scope = `adopting-${round}.scope`;
    await host.sh(`
      systemd-run --quiet --scope --unit=${scope} guestctl adopt kept >/dev/null 2>&1 &
      until compgen -G '${path}' >/dev/null; do kill -0 $! 2>/dev/null || break; sleep 0.02; done
      units='${scope} ostree-guest-adopt-kept.service ostree-guest-deploy-kept.service ostree-guest-boot@kept.service systemd-nspawn@kept.service'
      systemctl kill --signal=KILL $units 2>/dev/null || true
      wait; systemctl stop $units 2>/dev/null || true; systemctl reset-failed`);
    expect([await filesIn(`${root}/etc`), await filesIn('/ostree/deploy/kept/var')]).toEqual(old);
    // Either there is no guest, or there is a whole one.
    expect(
      await host.sh(`if test -e ${ours('kept')}; then cat ${ours('kept')}/deploy/*.0/etc/kept; fi`),
    ).toMatch(/^(kept)?$/);
  }
  await host.run('guestctl', 'adopt', 'kept');
  await start(host, 'kept');
  expect(await inGuest(host, 'kept', 'cat /etc/kept /var/kept')).toBe('kept\nkept');
});
