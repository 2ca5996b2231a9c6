// What nobody may touch: the host's own system, and the guest that nothing happens to. It is looked at from outside of the host.
import { createHash } from 'node:crypto';
import { type Dirent, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type Host, outside } from '../host/host.ts';

export interface Untouched {
  /** What is not as it was; with the host itself or without. */
  changes(withHost: boolean): Promise<string[]>;
}

type Print = ReadonlyMap<string, string>;

export async function watchUntouched(host: Host, bystander: string | undefined): Promise<Untouched> {
  const ofGuest = (): Print =>
    bystander === undefined
      ? new Map()
      : printOf([outside(host, `/var/lib/ostree-guests/${bystander}`)], { content: true });
  const ofHost = () => printOf(hostPaths(host), { skip: (path) => isOurs(path.slice(host.physical.length)) });
  const before = { guest: ofGuest(), host: ofHost() };
  return {
    changes: async (withHost) => [
      ...differences(before.guest, ofGuest()),
      ...(withHost ? differences(before.host, ofHost()) : []),
    ],
  };
}

/** The boot list, the repository and the deployments of the host. Its /var is not among them. */
const hostPaths = ({ physical, root }: Host): string[] => [
  join(physical, 'boot'),
  join(physical, 'ostree/boot.0'),
  join(physical, 'ostree/boot.1'),
  join(physical, 'ostree/repo'),
  root,
];

/** In the /etc of the host: what declares and enables guests, and what the campaign itself writes. */
const isOurs = (path: string): boolean =>
  /\/etc\/(ostree-guests|campaign-clock[^/]*|systemd\/system\/machines\.target\.wants)$|\/repo\/(objects|tmp|\.lock)$/.test(
    path,
  );

/** Names, attributes and contents; of files whose content is not read, when that was changed last. */
function printOf(
  paths: readonly string[],
  { content = false, skip = () => false }: { content?: boolean; skip?: (path: string) => boolean },
): Print {
  const print = new Map<string, string>();
  const take = (path: string): void => {
    if (skip(path)) return;
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (!stat) return;
    const { mode, uid, gid, size, mtimeMs } = stat;
    const owner = `${mode.toString(8)} ${uid}:${gid}`;
    if (stat.isDirectory()) {
      print.set(path, owner);
      for (const entry of entriesOf(path)) take(join(path, entry.name));
    } else if (stat.isSymbolicLink()) print.set(path, `${owner} -> ${readlinkSync(path)}`);
    else print.set(path, `${owner} ${size} ${content && stat.isFile() ? digest(path) : mtimeMs}`);
  };
  for (const path of paths) take(path);
  return print;
}

const entriesOf = (path: string): Dirent[] => readdirSync(path, { withFileTypes: true });
const digest = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

function differences(before: Print, after: Print): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths]
    .filter((path) => before.get(path) !== after.get(path))
    .slice(0, 10)
    .map((path) => `${path} was ${before.get(path) ?? 'not there'}, is ${after.get(path) ?? 'gone'}`);
}
