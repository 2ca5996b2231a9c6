// What the two trees are made of. Their cache is keyed by all that is written here.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from './paths.ts';

export interface Recipe {
  readonly ref: string;
  readonly about: string;
  /** Debian's release, if it is not that of the hosts. */
  readonly suite?: string;
  readonly packages: readonly string[];
  /** The Node that is brought along, where Debian's own is too old for us: see node.ts. */
  readonly node?: string;
  /** Files added to the tree, by path without the leading slash. */
  readonly files: Readonly<Record<string, string>>;
  /** Symbolic links added to the tree. */
  readonly links: Readonly<Record<string, string>>;
  /** Files taken out of the tree. */
  readonly remove?: readonly string[];
  /** Scripts of the checkout that are run with the root's path, before the root is laid out for OSTree. */
  readonly scripts?: readonly string[];
  /** Whether a script brings a real kernel. Other trees have a placeholder. */
  readonly kernel?: boolean;
  /** Whether the tree has an SELinux policy, by which it is labelled. */
  readonly selinux?: boolean;
}

/** Debian's release: OSTREE_GUESTS_TEST_SUITE=bookworm (systemd 252), trixie (257) or forky. */
export const { OSTREE_GUESTS_TEST_SUITE: suite = 'trixie' } = process.env;

const base = 'systemd systemd-sysv dbus libpam-systemd login iproute2 procps less'.split(' ');

/** Not in Debian 12: there the generator has Node only. */
const qjs = suite === 'bookworm' ? [] : ['quickjs'];

/** PAM asks for it at each login. */
const locale = 'LANG=C.UTF-8\n';

export const hostRecipe: Recipe = {
  ref: `host/${suite}`,
  about: 'the host tree',
  packages: [
    ...base,
    ...'systemd-container ostree ostree-boot nodejs util-linux e2fsprogs attr gpg gpg-agent'.split(' '),
    ...'ca-certificates curl skopeo btrfs-progs mmdebstrap rpm'.split(' '),
    ...qjs,
  ],
  ...(suite === 'bookworm' && { node: '20.19.0' }),
  files: { 'etc/default/locale': locale },
  // It fails without a kernel's modules, and the host should reach "running".
  links: { 'etc/systemd/system/systemd-modules-load.service': '/dev/null' },
};

/** A host with Cockpit, and a browser to look at it with. */
export const cockpitRecipe: Recipe = {
  ...hostRecipe,
  ref: `cockpit/${suite}`,
  about: 'the host tree with Cockpit',
  packages: [
    ...hostRecipe.packages,
    ...'cockpit-ws cockpit-bridge cockpit-system chromium-headless-shell fonts-dejavu-core'.split(' '),
  ],
};

export const guestRecipe: Recipe = {
  ref: 'guest/debian',
  about: "the guests' tree",
  packages: base,
  files: {
    'etc/default/locale': locale,
    // A service to be seen: `socat - /run/greeting.sock`, or `systemctl is-active greeting.socket`.
    'etc/greeting': 'Hello from a guest.\n',
    'usr/lib/systemd/system/greeting.socket':
      '[Unit]\nDescription=Greeting\n\n[Socket]\nListenStream=/run/greeting.sock\nAccept=yes\n',
    'usr/lib/systemd/system/greeting@.service':
      '[Unit]\nDescription=Greeting of one visitor\n\n' +
      '[Service]\nExecStart=cat /etc/greeting\nStandardOutput=socket\n',
  },
  links: { 'usr/lib/systemd/system/sockets.target.wants/greeting.socket': '../greeting.socket' },
};

/** The guests' tree of one of Debian's releases, for hosts of another. */
export const guestRecipeOf = (release: string): Recipe => ({
  ...guestRecipe,
  ref: `guest/${release}`,
  about: `the guests' tree of Debian ${release}`,
  suite: release,
});

/** Where RPM's own distributions have its database. */
const rpmDatabase = { 'usr/lib/rpm/macros.d/macros.place': '%_dbpath /usr/lib/sysimage/rpm\n' };

/** A guests' tree with dnf instead of apt. */
export const dnfRecipe: Recipe = {
  ...guestRecipe,
  ref: 'guest/dnf',
  about: "a guests' tree with dnf",
  suite,
  packages: [...base, 'dnf', 'rpm'],
  files: { ...guestRecipe.files, ...rpmDatabase },
  scripts: ['test/host/compile-python'],
  remove: ['usr/bin/apt-get', 'var/lib/dpkg/status'],
};

/** A guests' tree with dnf5 instead of apt. Releases before this have none. */
export const dnf5Recipe: Recipe = {
  ...guestRecipe,
  ref: 'guest/dnf5',
  about: "a guests' tree with dnf5",
  suite: 'forky',
  packages: [...base, 'dnf5', 'rpm'],
  files: { ...guestRecipe.files, ...rpmDatabase },
  remove: ['usr/bin/apt-get'],
};

/** Raise it when the way of building changes and nothing else here does. */
const version = 1;

export const recipeKey = (host = hostRecipe, guest = guestRecipe): string => keyOf(suite, [host, guest]);

export function keyOf(name: string, recipes: readonly Recipe[]): string {
  const read = (path: string) => readFileSync(join(checkout(), path), 'utf8');
  const layout = read('test/host/ostree-layout');
  const scripts = recipes.flatMap((recipe) => (recipe.scripts ?? []).map(read));
  const all = JSON.stringify([version, name, ...recipes, layout, ...scripts]);
  return `${name}-${createHash('sha256').update(all).digest('hex').slice(0, 12)}`;
}
