import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fingerprint } from '../host/fingerprint.ts';
import {
  declare,
  end,
  eventually,
  failingUpdate,
  inGuest,
  reboot,
  repositoryOf,
  start,
  status,
  update,
  updateJournal,
} from '../host/guests.ts';
import { bootHost, type Host, outside } from '../host/host.ts';
import { checkout } from '../host/paths.ts';
import { hostRecipe } from '../host/recipe.ts';

let host: Host;

/** The tree of a host without what no test here runs: guests that manage themselves copy all files. */
const baseRef = 'own/base';
const unused =
  /^\/usr\/(share\/(perl5?|zoneinfo|ca-certificates|bash-completion)|lib\/(python3[^/]*|rpm\/platform|sysimage\/dpkg\/info|[^/]+\/(perl|perl-base|gconv)))$/;

async function publishBase(repo: string): Promise<void> {
  const from = `--repo=${repo}`;
  const list = await execa('ostree', ['ls', '-R', '--nul-filenames-only', from, hostRecipe.ref]);
  const skip = join(host.work, 'unused');
  const paths = list.stdout.split('\0').filter((path) => unused.test(path));
  await writeFile(skip, paths.map((path) => `${path}\n`).join(''));
  const trees = [`--tree=ref=${hostRecipe.ref}`, `--skip-list=${skip}`];
  await execa('ostree', ['commit', from, '--fsync=false', `--branch=${baseRef}`, ...trees]);
}

/** Publishes the tree of an OSTree system, with the stand-in for rpm-ostree in it. */
async function publish(
  version: string,
  files: Readonly<Record<string, string>> = {},
  ref = 'own/server',
  metadata = ['--add-metadata-string=rpmostree.rpmdb.pkglist=all'],
): Promise<string> {
  const overlay = await mkdtemp(join(host.work, 'own-'));
  await chmod(overlay, 0o755);
  const all = { ...marks, '/usr/share/release': version, ...files };
  for (const [path, content] of Object.entries(all)) {
    await mkdir(dirname(join(overlay, path)), { recursive: true });
    await writeFile(join(overlay, path), content);
    if (path.endsWith('.service')) await enable(join(overlay, path));
  }
  await mkdir(join(overlay, 'usr/bin'));
  await copyFile(join(checkout(), 'test/host/rpm-ostree'), join(overlay, 'usr/bin/rpm-ostree'));
  await chmod(join(overlay, 'usr/bin/rpm-ostree'), 0o755);
  const { stdout } = await execa('ostree', [
    'commit',
    `--repo=${outside(host, '/srv/own/repo')}`,
    `--branch=${ref}`,
    `--tree=ref=${baseRef}`,
    `--tree=dir=${overlay}`,
    `--add-metadata-string=version=${version}`,
    ...metadata,
  ]);
  await rm(overlay, { recursive: true });
  return stdout.trim();
}

/** The service is started with every boot. */
async function enable(file: string): Promise<void> {
  const wants = join(dirname(file), 'multi-user.target.wants');
  await mkdir(wants, { recursive: true });
  await symlink(`../${basename(file)}`, join(wants, basename(file)));
}

const units = '/usr/lib/systemd/system';
const marks = {
  // Tells how often the guest was started with its services.
  [`${units}/mark.service`]: '[Service]\nType=oneshot\nExecStart=/bin/sh -c "echo started >>/var/marks"\n',
  '/usr/lib/rpms/removable': '/usr/share/removable\n',
  '/usr/share/removable': 'here\n',
  '/usr/lib/rpms/component': '/usr/share/component\n',
  '/usr/share/component': 'of the tree\n',
  '/usr/share/rpm/rpmdb.sqlite-shm': 'as it was made',
};
const failing = '[Service]\nType=oneshot\nExecStart=false\n';
const bad = { [`${units}/bad.service`]: failing };

const guestFile = (more = '') => `[Guest]
Ref=own:own/server

[Remote]
URL=file:///srv/own/repo

[Files]
BindReadOnly=/srv/own/rpms
BindReadOnly=/srv/own/images

[Update]
By=rpm-ostree
Tries=1
HealthTimeoutSec=3min
${more}`;

/** Offers a package, with a service that is started at each boot or without. */
async function offer(name: string, version: number, service?: string): Promise<void> {
  const files = outside(host, `/srv/own/rpms/${name}-${version}`);
  await mkdir(join(files, 'usr/share'), { recursive: true });
  await writeFile(join(files, `usr/share/${name}`), `${name} ${version}\n`);
  if (service === undefined) return;
  const unit = join(files, `${units}/${name}.service`);
  await mkdir(dirname(unit), { recursive: true });
  await writeFile(unit, service);
  await enable(unit);
}

const switchTo = () => host.try('systemctl start ostree-guest-switch@own');
/** As its timer starts it: systemd.exec(5), $TRIGGER_UNIT. */
const byTimer = async (unit = 'ostree-guest-update@own') => {
  const dropIn = `/run/systemd/system/${unit}.service.d/timer.conf`;
  await host.write(dropIn, `[Service]\nEnvironment=TRIGGER_UNIT=${unit}.timer\n`);
  const { exitCode } = await host.try(
    `systemctl daemon-reload; systemctl start ${unit} || failed=1; rm ${dropIn}; systemctl daemon-reload; exit \${failed-0}`,
  );
  return exitCode;
};
const assessed = () => end(host, 'ostree-guest-assess@own');
const release = () => inGuest(host, 'own', 'cat /usr/share/release');

beforeAll(async () => {
  host = await bootHost();
  const repo = outside(host, '/srv/own/repo');
  await mkdir(dirname(repo), { recursive: true });
  await execa('cp', ['-al', host.trees.repo, repo]);
  await rm(join(repo, '.lock'), { force: true });
  await publishBase(repo);
  await offer('tool', 1);
  await offer('second-tool', 1);
  await offer('broken-tool', 1, failing);
  await publish('1');
  await host.run('mkdir', '/srv/own/images');
  await host.sh('test -c /dev/fuse || mknod --mode=666 /dev/fuse c 10 229');
});
afterAll(() => host?.stop());

test('a guest that manages itself is a booted OSTree system of its own', async () => {
  const before = await fingerprint(host);
  await declare(host, 'own', guestFile());
  await update(host, 'own');
  await start(host, 'own');
  expect(await inGuest(host, 'own', 'stat -c "%t:%T %a" /dev/fuse')).toBe('a:e5 666');
  expect(await host.sh('systemctl show -P DeviceAllow systemd-nspawn@own')).toContain('/dev/fuse rwm');
  expect(await release()).toBe('1');
  expect(await inGuest(host, 'own', 'ostree admin status')).toMatch(/^\* own [0-9a-f]{64}\.0/);
  expect(await inGuest(host, 'own', 'rpm-ostree status --json')).toContain('"booted":true');
  expect(await inGuest(host, 'own', '! touch /usr/x 2>&1')).toContain('Read-only file system');
  expect(await fingerprint(host)).toEqual(before);
});

test('its update is staged inside, shown outside, and finalized by its shutdown, with late edits of /etc', async () => {
  const before = await fingerprint(host);
  const second = await publish('2');
  await update(host, 'own');
  expect(await status(host, 'own')).toMatchObject({ state: 'running', staged: { checksum: second } });
  expect(await host.sh('guestctl status own')).toContain(second.slice(0, 12));
  expect(await host.sh('guestctl diff own')).toMatch(/^1 \([0-9a-f]+\) -> 2 \(/);
  expect(await host.sh(`ostree --repo=${repositoryOf('own')} refs`)).not.toContain('ostree-guests/staged');
  expect(await inGuest(host, 'own', 'echo late >/etc/late; ls /run/ostree')).toContain('staged-deployment');
  await reboot(host, 'own');
  expect(await release()).toBe('2');
  expect(await inGuest(host, 'own', 'cat /etc/late')).toBe('late');
  expect(await status(host, 'own')).toMatchObject({ running: { checksum: second }, staged: null });
  await assessed();
  await update(host, 'own');
  expect(await updateJournal(host, 'own')).toContain(`Up to date: 2 (${second.slice(0, 12)})`);
  expect(await fingerprint(host)).toEqual(before);
});

test('one that is stopped is updated without its services, and is stopped afterwards', async () => {
  const started = await inGuest(host, 'own', 'wc -l </var/marks');
  await host.sh('systemctl stop systemd-nspawn@own');
  const third = await publish('3');
  await update(host, 'own');
  expect((await status(host, 'own')).state).toBe('stopped');
  expect((await host.try('systemctl is-active ostree-guest-maintenance@own')).stdout).toBe('inactive');
  expect((await status(host, 'own')).deployments[0]?.checksum).toBe(third);
  await start(host, 'own');
  expect(await release()).toBe('3');
  expect(await inGuest(host, 'own', 'cat /etc/late; wc -l </var/marks')).toBe(`late\n${Number(started) + 1}`);
  await assessed();
});

test('an update waits for a start under way, and goes on inside if somebody starts the guest meanwhile', async () => {
  const updateLines = 'journalctl --sync; journalctl -o cat -u ostree-guest-update@own';
  const said = (text: string) => `${updateLines} | grep -c '${text}'`;
  const held = '/run/systemd/system/systemd-nspawn@own.service.d/held.conf';
  await host.write(held, "[Service]\nExecStartPre=sh -c 'until [ -e /run/go ]; do sleep 0.1; done'\n");
  await host.sh('systemctl daemon-reload; systemctl stop systemd-nspawn@own');
  const fourth = await publish('3.1');
  await host.sh('systemctl start --no-block systemd-nspawn@own ostree-guest-update@own');
  await eventually(host, said('Waiting until own is started or stopped'));
  await host.sh('touch /run/go');
  await update(host, 'own');
  expect(await status(host, 'own')).toMatchObject({ state: 'running', staged: { checksum: fourth } });

  await host.sh(`rm ${held}; systemctl daemon-reload; systemctl stop systemd-nspawn@own`);
  const fifth = await publish('3.2');
  // The update stands still inside until the start of the guest has ended its maintenance.
  const asked = await host.sh(said('Asking rpm-ostree in own'));
  await host.sh('touch /srv/own/images/hold; systemctl start --no-block ostree-guest-update@own');
  await eventually(host, `[ "$(${said('Asking rpm-ostree in own')})" != ${asked} ]`);
  await host.sh('systemctl start --no-block systemd-nspawn@own');
  await eventually(host, said('own was started meanwhile'));
  await host.sh('rm /srv/own/images/hold');
  await start(host, 'own');
  await update(host, 'own');
  expect(await status(host, 'own')).toMatchObject({ state: 'running', staged: { checksum: fifth } });
  await reboot(host, 'own');
  await assessed();
  expect(await release()).toBe('3.2');
});

test('what is done by hand inside works, is shown, and is assessed', async () => {
  await inGuest(host, 'own', 'rpm-ostree install tool');
  expect((await status(host, 'own')).staged).not.toBeNull();
  await reboot(host, 'own');
  expect(await inGuest(host, 'own', 'cat /usr/share/tool /usr/share/release')).toBe('tool 1\n3.2');
  await assessed();
  expect(await host.sh('guestctl history own')).toMatch(/3/);

  await inGuest(host, 'own', 'rpm-ostree rollback');
  await reboot(host, 'own');
  expect(await inGuest(host, 'own', 'cat /usr/share/release; test ! -e /usr/share/tool')).toBe('3.2');
  await inGuest(host, 'own', 'rpm-ostree rollback');
  await reboot(host, 'own');
  expect(await inGuest(host, 'own', 'cat /usr/share/tool')).toBe('tool 1');

  await inGuest(host, 'own', 'rpm-ostree install broken-tool');
  await switchTo();
  expect(await inGuest(host, 'own', 'cat /usr/share/tool; test ! -e /usr/share/broken-tool')).toBe('tool 1');
  expect(await host.sh('guestctl history own')).toContain('broken-tool.service');
});

test('a bad update is given up, and not brought again; its packages follow a good one', async () => {
  const good = (await status(host, 'own')).running?.checksum;
  await publish('4', bad);
  await update(host, 'own');
  expect((await switchTo()).exitCode).toBe(1);
  expect((await status(host, 'own')).running?.checksum).toBe(good);
  await update(host, 'own');
  expect((await status(host, 'own')).staged).toBeNull();
  expect(await updateJournal(host, 'own')).toMatch(/4 \([0-9a-f]{12}\) failed before: /);

  await publish('5');
  await update(host, 'own');
  expect((await switchTo()).exitCode).toBe(0);
  expect(await inGuest(host, 'own', 'cat /usr/share/release /usr/share/tool /etc/late')).toBe(
    '5tool 1\nlate',
  );
});

test('its requested packages are brought to the declaration', async () => {
  await declare(host, 'own', `${guestFile()}\n[Packages]\nInstall=second-tool\nRemove=removable\n`);
  await update(host, 'own');
  await reboot(host, 'own');
  const seen =
    'cat /usr/share/second-tool /usr/share/release; test ! -e /usr/share/tool; test ! -e /usr/share/removable';
  expect(await inGuest(host, 'own', seen)).toBe('second-tool 1\n5');
  const { running } = await status(host, 'own');
  await assessed();
  await update(host, 'own');
  expect(await status(host, 'own')).toMatchObject({ running, staged: null });
});

test('the declaration is no stricter than outside, and what is taken out of it is undone', async () => {
  await declare(
    host,
    'own',
    `${guestFile()}\n[Packages]\nInstall=second-tool component\nRemove=no-such-thing\n`,
  );
  await update(host, 'own');
  await reboot(host, 'own');
  const seen = 'cat /usr/share/second-tool /usr/share/removable /usr/share/component';
  expect(await inGuest(host, 'own', seen)).toBe('second-tool 1\nhere\nof the tree');
  await assessed();
  await update(host, 'own');
  expect((await status(host, 'own')).staged).toBeNull();

  await publish('5.1');
  await declare(host, 'own', `${guestFile()}\n[Packages]\nInstall=second-tool nowhere\n`);
  expect(await failingUpdate(host, 'own')).toMatch(
    /rpm-ostree install .*nowhere failed in own: Packages not found: nowhere\. The guest is as it was\. What its daemon did: /,
  );
  expect((await status(host, 'own')).staged).toBeNull();
});

test('of packages only, what failed is left alone, and what comes after it is not', async () => {
  const marks = () => inGuest(host, 'own', 'wc -l </var/marks');
  const declared = `${guestFile('Action=switch')}\n[Packages]\nInstall=tool`;
  await declare(host, 'own', `${declared}\n`);
  await update(host, 'own');
  expect(await inGuest(host, 'own', 'cat /usr/share/tool')).toBe('tool 1');

  await offer('tool', 2, failing);
  await failingUpdate(host, 'own');
  const starts = await marks();
  await update(host, 'own');
  expect(await updateJournal(host, 'own')).toMatch(/ \([0-9a-f]{12}\) failed before: .*tool\.service/);
  expect(await marks()).toBe(starts);
  expect((await status(host, 'own')).staged).toBeNull();
  // What the real one says of it: the tree is not new.
  const said = JSON.parse(await inGuest(host, 'own', 'rpm-ostree status --json'));
  const [{ 'base-checksum': base }] = said.deployments;
  expect(said['cached-update']).toMatchObject({ checksum: base, 'ref-has-new-commit': false });
  // A timer does not even have it made again.
  const steps = async () => (await updateJournal(host, 'own')).split('rpm-ostree upgrade in own').length;
  const before = await steps();
  expect(await byTimer()).toBe(0);
  expect(await steps()).toBe(before);
  expect(await marks()).toBe(starts);

  await offer('tool', 3);
  await update(host, 'own');
  expect(await inGuest(host, 'own', 'cat /usr/share/tool')).toBe('tool 3');

  await declare(host, 'own', `${declared} broken-tool\n`);
  await failingUpdate(host, 'own');
  const again = await marks();
  await update(host, 'own');
  expect(await marks()).toBe(again);
  expect((await status(host, 'own')).staged).toBeNull();
  await offer('broken-tool', 2);
  await update(host, 'own');
  expect(await inGuest(host, 'own', 'cat /usr/share/broken-tool')).toBe('broken-tool 2');
  await declare(host, 'own', guestFile());
  await update(host, 'own');
});

test('a script of a package that fails fails the update, and a daemon that crashes when asked does not', async () => {
  await declare(host, 'own', `${guestFile()}\n[Packages]\nInstall=tool\n`);
  await offer('tool', 4);
  await host.write('/srv/own/rpms/tool-4.post', 'echo it breaks >&2; exit 3\n');
  expect(await failingUpdate(host, 'own')).toMatch(
    /failed in own: Running %post for tool: .* code 3 \(before that: tool-4\.post: it breaks\)/,
  );
  await host.run('rm', '/srv/own/rpms/tool-4.post');
  const crashing = await publish('5.2', {}, 'own/server', []);
  await update(host, 'own');
  expect(await inGuest(host, 'own', 'rpm-ostree status --json')).toContain(`"base-checksum":"${crashing}"`);
  await reboot(host, 'own');
  expect(await inGuest(host, 'own', 'cat /usr/share/release /usr/share/tool')).toBe('5.2tool 4');
  await assessed();
});

test('rpm-ostree that hangs and obeys no signal is ended, and the next update goes on', async () => {
  // Its limits are minutes: these are in their place.
  const short = (unit: string) => `/run/systemd/system/${unit}.d/short.conf`;
  const limit = '[Service]\nRuntimeMaxSec=4s\nTimeoutStopSec=2s\n';
  await host.write(short('ostree-guest-rpm-ostree-own.service'), limit);
  await inGuest(
    host,
    'own',
    `mkdir -p ${dirname(short('run-.service'))}; touch /var/hang
    printf '${limit.replaceAll('\n', '\\n')}' >${short('run-.service')}`,
  );
  await host.sh('systemctl daemon-reload');
  expect(await failingUpdate(host, 'own')).toMatch(
    /rpm-ostree upgrade --check failed in own: .*\. The guest is as it was\./,
  );
  await eventually(host, '! pgrep -f "^/usr/bin/node /usr/bin/rpm-ostree"');
  await inGuest(host, 'own', `rm /var/hang ${short('run-.service')}`);
  await host.sh(`rm ${short('ostree-guest-rpm-ostree-own.service')}; systemctl daemon-reload`);
  await update(host, 'own');
});

test('a rebase by hand is shown, assessed at its start, and followed', async () => {
  const good = (await status(host, 'own')).running?.checksum;
  await publish('6', bad, 'own/other');
  await inGuest(host, 'own', 'rpm-ostree rebase own:own/other');
  expect(await host.sh('guestctl status own')).toMatch(/Staged: own:own\/other \(/);
  expect((await switchTo()).exitCode).toBe(1);
  expect((await status(host, 'own')).running?.checksum).toBe(good);
  expect(await host.sh('guestctl status own')).not.toContain('rebased');

  await publish('7', {}, 'own/other');
  await inGuest(host, 'own', 'rpm-ostree rebase own:own/other');
  await reboot(host, 'own');
  expect(await release()).toBe('7');
  expect(await host.sh('guestctl status own')).toContain('rebased inside the guest to own:own/other');
  await assessed();
  expect(await status(host, 'own')).toMatchObject({ trial: null });
  await publish('8', {}, 'own/other');
  await update(host, 'own');
  expect((await status(host, 'own')).staged).not.toBeNull();
});

test('an image that failed is not brought again, and the next one is', async () => {
  const image = (version: string) =>
    host.write(
      '/srv/own/images/server',
      JSON.stringify({ ref: 'own/image', version, digest: `sha256:${version}` }),
    );
  const good = (await status(host, 'own')).running?.checksum;
  await declare(host, 'own', guestFile('Action=switch'));
  await publish('10', {}, 'own/image');
  await image('10');
  await inGuest(host, 'own', 'rpm-ostree rebase ostree-unverified-image:oci:/srv/own/images/server');
  await switchTo();
  expect((await status(host, 'own')).running?.checksum).not.toBe(good);
  await publish('11', bad, 'own/image');
  await image('11');
  await failingUpdate(host, 'own');
  const said = JSON.parse(await inGuest(host, 'own', 'rpm-ostree status --json'));
  expect(said['cached-update']).toMatchObject({
    checksum: said.deployments[0].checksum,
    'ref-has-new-commit': false,
  });
  const starts = await inGuest(host, 'own', 'wc -l </var/marks');
  await update(host, 'own');
  expect(await inGuest(host, 'own', 'cat /usr/share/release; wc -l </var/marks')).toBe(`10${starts}`);
  expect((await status(host, 'own')).staged).toBeNull();
  await publish('12', {}, 'own/image');
  await image('12');
  await update(host, 'own');
  expect(await release()).toBe('12');
  await declare(host, 'own', guestFile());
});

test('what its shutdown cannot deploy restarts it once, until something has changed', async () => {
  const leader = () => host.sh('machinectl show late --property=Leader --value');
  const told = () => host.sh('guestctl status late; guestctl list; guestctl deployments late');
  await publish('20');
  await declare(host, 'late', `${guestFile('Action=switch')}\n[Packages]\nInstall=second-tool\n`);
  await update(host, 'late');
  await start(host, 'late');
  await update(host, 'late');
  await inGuest(host, 'late', 'cat /usr/share/second-tool; echo mine >/etc/app.conf');
  const before = (await status(host, 'late')).running;

  await publish('21', { '/usr/etc/app.conf/default': 'of the tree\n' });
  expect((await host.try('systemctl start ostree-guest-update@late')).exitCode).toBe(1);
  const running = await leader();
  // OSTree has dropped it: it is not staged, and who looks is told why. With the package it becomes another commit each time.
  expect(await status(host, 'late')).toMatchObject({ running: before, staged: null });
  const merge = /newly defaults to directory 'app\.conf', cannot merge\. Rename or remove/g;
  expect((await told()).match(merge)).toHaveLength(2);
  expect(await host.sh('guestctl list')).toMatch(/^late .* not deployed/m);
  expect(await host.sh('guestctl history late')).toMatch(/switch +failed .*cannot merge/);
  const made = new Set<string | undefined>();
  for (let run = 0; run < 2; run += 1) {
    await update(host, 'late');
    made.add((await status(host, 'late')).staged?.checksum);
    await inGuest(host, 'late', 'rpm-ostree cleanup --pending');
  }
  expect(made.size).toBe(2);
  expect(await leader()).toBe(running);
  expect(await updateJournal(host, 'late')).toMatch(
    /late is not restarted for it\. Rename or remove that file/,
  );
  await inGuest(host, 'late', 'rm /etc/app.conf');
  await update(host, 'late');
  expect(await inGuest(host, 'late', 'cat /usr/share/release /etc/app.conf/default')).toBe('21of the tree');
  expect(await told()).not.toMatch(/not deployed|cannot merge/);

  // OSTree gives no reason, as if the guest had been killed. Only a person tries that again.
  await declare(host, 'late', guestFile('Action=stage'));
  await publish('22');
  const lock = 'touch /run/ostree/staged-deployment-locked';
  await update(host, 'late');
  await inGuest(host, 'late', lock);
  expect(await byTimer('ostree-guest-switch@late')).toBe(1);
  const again = await leader();
  expect(await told()).toMatch(/Trouble: .*late came back without .*See: guestctl logs late/);
  await update(host, 'late');
  expect(await byTimer('ostree-guest-switch@late')).toBe(0);
  expect(await leader()).toBe(again);
  await host.sh('systemctl start ostree-guest-switch@late');
  expect(await inGuest(host, 'late', 'cat /usr/share/release')).toBe('22');
  expect(await told()).not.toContain('came back without');
});

test('an immutable file in /etc stops no update: not its trial, and not the ones after it', async () => {
  await declare(host, 'late', guestFile('Action=switch'));
  // As Fedora has it: it fails if the last shutdown had a fault.
  const enabled = '/etc/systemd/system/multi-user.target.wants/ostree-boot-complete.service';
  for (const version of ['23', '24', '25']) {
    await inGuest(
      host,
      'late',
      `ln -sf /usr/lib/systemd/system/ostree-boot-complete.service ${enabled}; chattr +i /etc/issue`,
    );
    const commit = await publish(version);
    await update(host, 'late');
    const story = await host.sh("journalctl -o cat -n 40 -u 'ostree-guest-*@late.service'");
    expect(await status(host, 'late'), story).toMatchObject({ running: { checksum: commit }, staged: null });
  }
  expect(
    await host.sh('ls -d /var/lib/ostree-guests/late/sysroot/ostree/deploy/late/deploy/*.0 | wc -l'),
  ).toBe('2');
});
