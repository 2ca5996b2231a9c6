// The judge of an attack: what changed on the host, or in another guest, that was none of the attacker's.
import { execa } from 'execa';
import { declare, inGuest, start, update } from '../guests.ts';
import type { Host } from '../host.ts';

export interface Watcher {
  /** Returns what changed since the watch began, one line for each path. Empty if nothing did. */
  changes(): Promise<string[]>;
}

export interface Allowed {
  /** The guests that attack, or are made in the meantime: their own directories may change. */
  readonly guests?: readonly string[];
  /** More paths of the host that may change, with what is below them. */
  readonly paths?: readonly string[];
}

/**
 * Records each file of the host, of its repositories and of all guests: type, mode, owner, time and content. Reads the
 * disk from outside of the host, so that no mount inside hides anything, and opens nothing but regular files. Takes 3 s.
 */
export async function watch(host: Host, allowed: Allowed = {}): Promise<Watcher> {
  const before = await record(host, allowed);
  return { changes: async () => difference(before, await record(host, allowed)) };
}

/** Makes a running guest with data of its own, for an attacker to reach for. Begin the watch after that. */
export async function makeNeighbour(host: Host, name = 'neighbour'): Promise<void> {
  await declare(host, name);
  await update(host, name);
  await start(host, name);
  await inGuest(
    host,
    name,
    `umask 077; mkdir -p /var/lib/db
     echo the customers >/var/lib/db/customers
     echo the key >/etc/secret`,
  );
}

/** What is known of each path, as one line. */
type Record = ReadonlyMap<string, string>;

async function record(host: Host, allowed: Allowed): Promise<Record> {
  const disk = await execa('bash', ['-c', list, 'list', host.physical], { maxBuffer: 1e9 });
  const memory = await host.sh(`set -- /run /tmp; ${list}`);
  const found = new Map([...parse(disk.stdout, (path) => named(host, path)), ...parse(memory)]);
  const mayChange = [...noise, ...ownOf(allowed)];
  for (const path of found.keys()) if (mayChange.some((pattern) => pattern.test(path))) found.delete(path);
  return found;
}

/**
 * Lists directories: FACTS NUL PATH NUL ..., an empty field, then SHA256 PATH NUL ... of each inode once. The time of a
 * directory is left out: its entries tell it better. Does not enter other file systems. Files come and go meanwhile.
 */
const list = `
  find -H "$@" -xdev -type d -printf '%i %y %m %U:%G\\0%p\\0' -o -printf '%i %y %m %U:%G %s %T@ %l\\0%p\\0' || true
  printf '\\0'
  { find -H "$@" -xdev -type f -printf '%i %p\\0' | sort -z -u -k1,1n | cut -z -d' ' -f2- |
    xargs -0 -r -n 500 sha256sum -z; } 2>/dev/null || true`;

function parse(text: string, nameOf = (path: string) => path): [path: string, facts: string][] {
  const end = text.indexOf('\0\0');
  const fields = text.slice(0, end).split('\0');
  const files = fields.flatMap((facts, at) => (at % 2 === 0 ? [{ facts, path: fields[at + 1] ?? '' }] : []));
  const inodes = new Map(files.map(({ path, facts }) => [path, inodeOf(facts)]));
  const contents = new Map<string | undefined, string>();
  for (const line of text.slice(end + 2).split('\0'))
    contents.set(inodes.get(line.slice(66)), line.slice(0, 64));
  return files.map(({ path, facts }) => [nameOf(path), `${facts} ${contents.get(inodeOf(facts)) ?? ''}`]);
}

const inodeOf = (facts: string): string => facts.slice(0, facts.indexOf(' '));

/** A path on the disk, as it is called in the host. */
function named({ root, physical, var: variable }: Host, path: string): string {
  if (path.startsWith(variable)) return `/var${path.slice(variable.length)}`;
  if (path.startsWith(root)) return path.slice(root.length) || '/';
  return `/sysroot${path.slice(physical.length)}`;
}

/** What a guest, its units and its updates write to on any good day. */
const ownOf = ({ guests = [], paths = [] }: Allowed): RegExp[] => [
  ...guests.flatMap((name) => [
    new RegExp(`^/var/lib/ostree-guests/${name}(/|$)`),
    new RegExp(`^/etc/(ostree-guests/${name}\\.guest|systemd/.*@${name}\\.(service|timer)(/|$))`),
    new RegExp(`^/run/(ostree-guests|machines|host/[^/]*)/${name}(\\.[^/]*)?(/|$)`),
  ]),
  // /srv and others are links into /var on an OSTree host.
  ...paths.map((path) => new RegExp(`^(/var)?${path.replace(/[.+*?^$()[\]{}|\\]/g, '\\$&')}(/|$)`)),
];

/** What a machine writes by itself while nobody does anything: of the host, and of guests that run. */
const noise = [
  /^\/run\/(systemd|log|udev|user|credentials|lock|utmp|dbus|mount|blkid|sudo)(\/|$)/,
  // dpkg makes backups at midnight.
  /\/var\/(log|cache|backups|lib\/systemd|lib\/private|spool)(\/|$)|^\/var\/(log|cache|lib\/systemd)(\/|$)/,
  /\/systemd-private-[^/]*(\/|$)/,
  // Locks of updates at the same time.
  /^\/var\/lib\/ostree-guests\/\.slots(\/|$)/,
  // Of systemd 262.
  /^\/tmp\/nspawn-root-\w+$/,
  /\/etc\/(machine-id|resolv\.conf|ld\.so\.cache|\.updated|\.pwd\.lock)$|\/var\/\.updated$/,
];

function difference(before: Record, after: Record): string[] {
  const changes = [...before.keys()].filter((path) => !after.has(path)).map((path) => `gone: ${path}`);
  for (const [path, facts] of after) {
    const was = before.get(path);
    if (was === undefined) changes.push(`new: ${path} (${facts})`);
    else if (was !== facts) changes.push(`changed: ${path} (${was} -> ${facts})`);
  }
  return changes.sort();
}
