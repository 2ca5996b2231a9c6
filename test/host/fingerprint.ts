// What OSTree keeps of the host, for seeing that guests leave it alone.
import type { Host } from './host.ts';
import { hostRecipe } from './recipe.ts';

/** The parts, by their names for people: each holds names, attributes and contents, so equal means identical. */
export type Fingerprint = Readonly<Record<keyof typeof parts, string>>;

/** Makes an update of the host's own, to be staged: `ostree admin deploy --stage host/next`. */
export async function makeHostUpdate(host: Host): Promise<void> {
  await host.sh(`
    mkdir -p /var/tmp/next/usr/share && echo next >/var/tmp/next/usr/share/host-release
    ostree commit --repo=/ostree/repo --branch=host/next --tree=ref=${hostRecipe.ref} --tree=dir=/var/tmp/next`);
}

export async function fingerprint(host: Host): Promise<Fingerprint> {
  const taken: [string, string][] = [];
  for (const [name, script] of Object.entries(parts)) taken.push([name, await host.sh(functions + script)]);
  return Object.fromEntries(taken) as Fingerprint;
}

const parts = {
  'the staged update in /run/ostree': 'contents /run/ostree',
  '/boot and the boot entries': 'contents /boot /sysroot/boot /sysroot/ostree/boot*',
  'the deployments, /etc aside': 'contents /sysroot/ostree/deploy/debian/deploy; ostree admin status',
  'the refs of the repository':
    'ostree refs | sort | while read ref; do echo "$ref $(ostree rev-parse "$ref")"; done',
};

/** Left out is the /etc of the booted deployment, where an administrator declares and enables guests. */
const functions = `
  booted=$(ostree admin status | sed -n 's/^\\* debian //p')
  contents() {
    find "$@" -path "*/deploy/$booted/etc" -prune -o -printf '%p %y %m %U:%G %s %l\\n' | sort
    find "$@" -path "*/deploy/$booted/etc" -prune -o -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum
  }
  `;
