// What stands in for rpm-ostree is as strict as the real one was seen to be (2024.9): each difference once hid a fault.
import { chmod, copyFile, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bootHost, type Host } from './host.ts';
import { checkout } from './paths.ts';
import { hostRecipe } from './recipe.ts';
import { makeWorkDirectory, removeWorkDirectory } from './workdir.ts';

let host: Host;
let work: string;

const files = {
  'usr/lib/rpms/component': '/usr/share/component\n',
  'usr/share/component': 'of the tree\n',
  'usr/share/rpm/rpmdb.sqlite-shm': 'as it was made',
};

/** The host itself is the booted OSTree system that it works on. */
beforeAll(async () => {
  work = makeWorkDirectory('stand-in');
  const tree = await mkdtemp(join(work, 'tree-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), text);
  }
  await mkdir(join(tree, 'usr/bin'));
  await copyFile(join(checkout(), 'test/host/rpm-ostree'), join(tree, 'usr/bin/rpm-ostree'));
  await chmod(join(tree, 'usr/bin/rpm-ostree'), 0o755);
  await chmod(tree, 0o755);
  host = await bootHost({ product: tree });
  await host.sh(`mkdir -p /srv/own/rpms/tool-1/usr/share /srv/own/images
    echo 1 >/srv/own/rpms/tool-1/usr/share/tool
    ostree init --repo=/srv/own/repo --mode=bare
    ostree --repo=/srv/own/repo pull-local /ostree/repo ${hostRecipe.ref}

    ostree remote add --no-gpg-verify own file:///srv/own/repo
    ostree pull own ${hostRecipe.ref}
    ostree admin set-origin own file:///srv/own/repo ${hostRecipe.ref}
    test -c /dev/fuse || mknod --mode=666 /dev/fuse c 10 229`);
});
afterAll(() => {
  host?.stop();
  removeWorkDirectory(work);
});

const rpmOstree = (args: string) => host.try(`rpm-ostree ${args}`);
const next = async () => JSON.parse(await host.sh('rpm-ostree status --json')).deployments[0];
const cached = async () => JSON.parse(await host.sh('rpm-ostree status --json'))['cached-update'];
const publish = async (name: string, ...options: string[]) => {
  await host.write('/srv/own/overlay/usr/share/release', name);
  return host.sh(`ostree --repo=/srv/own/repo commit --branch=${hostRecipe.ref} --tree=ref=${hostRecipe.ref} \
    --tree=dir=/srv/own/overlay --add-metadata-string=version=${name} ${options.join(' ')}`);
};

test('packages are layered with /dev/fuse only, and written down in a file of the repository', async () => {
  await host.run('mv', '/dev/fuse', '/dev/no-fuse');
  const without = await rpmOstree('install tool');
  expect(without.stderr).toBe(
    'error: Writing rpmdb: Rewriting rpmdb for target native format: exit status: 4',
  );
  expect(without.exitCode).toBe(1);
  await host.run('mv', '/dev/no-fuse', '/dev/fuse');
  await host.sh('rpm-ostree install tool');
  expect((await host.try('ostree fsck')).all).toMatch(/[Cc]orrupted file object/);
});

test('the same packages over the same tree are another commit each time, of the same state', async () => {
  const first = await next();
  expect(first).toMatchObject({ staged: true, 'requested-packages': ['tool'], packages: ['tool'] });
  await host.sh('rpm-ostree cleanup -p');
  expect(await next()).toMatchObject({ booted: true, staged: false, 'requested-packages': [] });
  await host.sh('rpm-ostree install tool');
  const second = await next();
  expect(second.checksum).not.toBe(first.checksum);
  expect(second['layered-commit-meta']).toEqual(first['layered-commit-meta']);
  expect(second['base-checksum']).toBe(first['base-checksum']);
});

test('what is there, and what is not, is refused', async () => {
  expect((await rpmOstree('install tool')).stderr).toContain("'tool' is already requested");
  expect((await rpmOstree('install component')).stderr).toMatch(
    /"component" is already provided by: .* Use --allow-inactive/,
  );
  expect((await rpmOstree('install nowhere')).stderr).toBe('error: Packages not found: nowhere');
  expect((await rpmOstree('override remove nowhere')).stderr).toBe('error: Package "nowhere" not found');
  expect((await rpmOstree('override reset nowhere')).stderr).toBe(
    "error: No overrides for package 'nowhere'",
  );
  expect((await rpmOstree('uninstall nowhere')).stderr).toContain("'nowhere' is not currently requested");
  await host.sh('rpm-ostree install --idempotent --allow-inactive tool component');
  expect(await next()).toMatchObject({ 'requested-packages': ['tool', 'component'], packages: ['tool'] });
  await host.sh('rpm-ostree override remove component');
  expect(await next()).toMatchObject({ 'requested-base-removals': ['component'] });
  await host.sh('rpm-ostree override reset component');
  expect(await next()).toMatchObject({ 'requested-base-removals': [] });
});

test('newer packages come with whatever is done, and a script of theirs that fails fails it', async () => {
  await host.sh('cp -r /srv/own/rpms/tool-1 /srv/own/rpms/tool-2');
  await host.write('/srv/own/rpms/tool-2.post', 'echo it breaks >&2; exit 3\n');
  const { exitCode, stderr } = await rpmOstree('install --idempotent tool');
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr:
      'tool-2.post: it breaks\nerror: Running %post for tool: bwrap(/bin/sh): Child process exited with code 3',
  });
  await host.run('rm', '/srv/own/rpms/tool-2.post');
  const { checksum } = await next();
  await host.sh('rpm-ostree upgrade');
  expect((await next()).checksum).not.toBe(checksum);
  expect((await rpmOstree('upgrade --unchanged-exit-77')).exitCode).toBe(77);
});

test('asked for an update, it compares with what is booted, whatever is staged, and ends with a note', async () => {
  const note = /^Note: --check and --preview may be unreliable.*$/;
  const nothing = await rpmOstree('upgrade --check');
  expect(nothing.exitCode).toBe(77);
  expect(nothing.stderr).toMatch(note);
  const commit = await publish('2', '--add-metadata-string=rpmostree.rpmdb.pkglist=all');
  const found = await rpmOstree('upgrade --check');
  expect(found.exitCode).toBe(0);
  expect(found.stderr).toMatch(note);
  const runs = JSON.parse(await host.sh('rpm-ostree status --json')).deployments.find(
    ({ booted }: { booted: boolean }) => booted,
  );
  expect(await cached()).toMatchObject({
    checksum: commit,
    version: '2',
    origin: `own:${hostRecipe.ref}`,
    'ref-has-new-commit': true,
    'update-sha256': runs.checksum,
  });
  expect(await next()).toMatchObject({ 'pending-base-checksum': commit });
  await host.sh('rpm-ostree upgrade');
  expect(await next()).toMatchObject({ staged: true, version: '2' });
  expect((await rpmOstree('upgrade --check')).exitCode).toBe(0);
});

test('it crashes where a new commit does not name its packages, and only when asked', async () => {
  const commit = await publish('3');
  const { exitCode, stderr } = await rpmOstree('upgrade --check');
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^error: Bus owner changed, aborting\. .*`journalctl -xe`\.$/);
  await host.sh('rpm-ostree upgrade');
  expect(await next()).toMatchObject({ 'base-checksum': commit, version: '3' });
});

test('what is made of an image has that as its origin', async () => {
  await host.write(
    '/srv/own/images/a',
    JSON.stringify({ ref: hostRecipe.ref, version: '9', digest: 'sha256:9' }),
  );
  await host.sh('rpm-ostree rebase ostree-unverified-image:oci:/srv/own/images/a');
  const deployment = await next();
  expect(deployment).toMatchObject({
    'container-image-reference': 'ostree-unverified-image:oci:/srv/own/images/a',
    'container-image-reference-digest': 'sha256:9',
  });
  expect(deployment).not.toHaveProperty('origin');
});
