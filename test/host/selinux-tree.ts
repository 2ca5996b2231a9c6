// A tree with SELinux, and with programs that leave a mark wherever they run.
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import { type Host, outside } from './host.ts';
import { mirrorPath, serverRef } from './mirror.ts';
import { guestRecipe, suite } from './recipe.ts';

/** What libostree, package managers and boot loaders are known to start in a tree, in its /usr/sbin or /usr/bin. */
const helpers = [
  'bwrap',
  'depmod',
  'dracut',
  'fixfiles',
  'grub-mkconfig',
  'grub2-mkconfig',
  'kernel-install',
  'load_policy',
  'mkinitrd',
  'new-kernel-pkg',
  'restorecon',
  'sefcontext_compile',
  'semodule',
  'setfiles',
  'update-initramfs',
  'update-grub',
  'zipl',
];
/** Those that a guest needs when it boots, where they do what they are for. */
const needed = ['/usr/bin/systemd-sysusers', '/usr/bin/systemd-tmpfiles', '/usr/sbin/ldconfig'];

/** Writes the user namespace it runs in to every place where it could be on a host, or in a sandbox of it. */
const mark = (name: string, then: string) => `#!/bin/sh
for place in /srv/marks /var/lib/ostree-guests/*/sysroot/marks /etc /usr /tmp; do
  [ ! -d "$place" ] || echo "${name} $* $(readlink /proc/self/ns/user)" >>"$place/marked" 2>/dev/null
done 2>/dev/null
${then}
`;

const label = (type: string) => `system_u:object_r:${type}:s0`;

/** Paths with a label of their own: one that no policy has, too. */
const labelled: Readonly<Record<string, string>> = {
  '/usr/sbin/semodule': 'semodule_exec_t',
  '/usr/share/labelled': 'usr_t',
  '/usr/share/labelled/file': 'type_of_another_policy_t',
  '/etc/selinux/targeted/seusers': 'selinux_config_t',
  '/etc/labelled': 'etc_t',
  '/etc/labelled/file': 'net_conf_t',
};

/** Publishes the guests' tree with SELinux: a policy, labels, and programs that leave marks. Returns the commit. */
export async function publishSelinux(host: Host, version: string, ref = serverRef): Promise<string> {
  const overlay = await mkdtemp(join(host.work, 'selinux-'));
  await chmod(overlay, 0o755);
  const repo = `--repo=${outside(host, mirrorPath)}`;
  const inTree = (path: string) => join(overlay, path.replace(/^\/etc\//, '/usr/etc/'));
  const write = async (path: string, text: string, mode = 0o644) => {
    await mkdir(dirname(inTree(path)), { recursive: true });
    await writeFile(inTree(path), text);
    await chmod(inTree(path), mode);
  };
  const policy = '/etc/selinux/targeted';
  await write('/etc/selinux/config', 'SELINUX=enforcing\nSELINUXTYPE=targeted\n');
  const contexts = Object.entries(labelled).map(([path, type]) => `${path}\t${label(type)}\n`);
  await write(
    `${policy}/contexts/files/file_contexts`,
    `/.*\t${label('default_t')}\n/var(/.*)?\t${label('var_t')}\n${contexts.join('')}`,
  );
  await write(`${policy}/policy/policy.33`, 'policy\n');
  // A test host has no network.
  await write('/etc/apt/sources.list', '');
  await write(`${policy}/seusers`, `version ${version}\n`);
  await write('/etc/labelled/file', 'labelled\n');
  await write('/usr/share/labelled/file', `version ${version}\n`);
  const says = 'case "$*" in *--help*) echo "--refresh --rebuild-if-modules-changed" ;; esac';
  for (const name of helpers)
    await write(`/usr/${name === 'bwrap' ? 'bin' : 'sbin'}/${name}`, mark(name, says), 0o755);
  for (const path of needed) {
    const real = `/usr/lib/real/${basename(path)}`;
    const { stdout } = await execa('ostree', [repo, 'cat', guestRecipe.ref, path], { encoding: 'buffer' });
    await write(real, '', 0o755);
    await writeFile(inTree(real), stdout);
    await write(path, mark(basename(path), `exec ${real} "$@"`), 0o755);
  }
  for (const [path, type] of Object.entries(labelled)) {
    await execa('setfattr', ['-n', 'security.selinux', '-v', label(type), inTree(path)]);
    // An attribute that takes the same rights on any kernel: without SELinux, setting a label does, too.
    await execa('setfattr', ['-n', 'trusted.note', '-v', type, inTree(path)]);
  }
  const { stdout } = await execa('ostree', [
    'commit',
    repo,
    `--branch=${ref}`,
    `--tree=ref=${guestRecipe.ref}`,
    `--tree=dir=${overlay}`,
    `--add-metadata-string=version=${version}`,
  ]);
  await rm(overlay, { recursive: true });
  return stdout.trim();
}

/** Writes an archive of the tree as it was before OSTree had it: with its /etc in place. */
export async function archiveSelinux(host: Host, archive: string, ref = serverRef): Promise<void> {
  const root = join(host.work, 'selinux-root');
  await execa('ostree', [
    `--repo=${outside(host, mirrorPath)}`,
    'checkout',
    '--force-copy',
    '--fsync=false',
    ref,
    root,
  ]);
  await rename(join(root, 'usr/etc'), join(root, 'etc'));
  await execa('tar', ['--xattrs', '--xattrs-include=*', '-C', root, '-cf', archive, '.']);
  await rm(root, { recursive: true });
}

/** The labels and notes of the labelled paths in a deployment, as "path=type". */
export async function labelsIn(host: Host, root: string): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const path of Object.keys(labelled)) {
    const text = await host.sh(`getfattr --absolute-names -h -d -m - '${root}${path}'`);
    found[path] = [...text.matchAll(/^(?:security\.selinux|trusted\.note)="(.*?)(?:\\000)?"$/gm)].map(
      ([, value]) => value ?? '',
    );
  }
  return found;
}

/** libostree 2022.7 takes the labels of /etc from the tree's policy, and gives directories none where the host has no SELinux. */
const hasNoLabel = (path: string) => suite === 'bookworm' && path === '/etc/labelled';

export const expectedLabels: Readonly<Record<string, string[]>> = Object.fromEntries(
  Object.entries(labelled).map(([path, type]) => [path, hasNoLabel(path) ? [type] : [label(type), type]]),
);

/** Makes the places where programs of a tree leave marks outside of containers. */
export const watchMarks = (host: Host, ...guests: string[]) =>
  host.sh(`mkdir -p -m 1777 /srv/marks
    for guest in ${guests.join(' ')}; do mkdir -p /var/lib/ostree-guests/$guest/sysroot/marks; done`);

/** The marks that were left in the host's own user namespace, or where no /proc was: there must be none. */
export const marksOutside = (host: Host) =>
  host.sh(`own=$(readlink /proc/self/ns/user)
    cat /srv/marks/marked /tmp/marked /var/tmp/marked /var/lib/ostree-guests/*/sysroot/marks/marked \\
      /var/lib/ostree-guests/*/sysroot/ostree/deploy/*/deploy/*/{etc,usr}/marked 2>/dev/null |
      grep -v ' user:\\[' || true
    grep -hF "$own" /srv/marks/marked /tmp/marked /var/lib/ostree-guests/*/sysroot/marks/marked \\
      /var/lib/ostree-guests/*/sysroot/ostree/deploy/*/deploy/*/{etc,usr}/marked 2>/dev/null || true`);
