import { lstatSync, readdirSync, realpathSync } from 'node:fs';
import { readRegularFile, unlessMissing } from '../host/node-files.ts';
import { inside } from '../host/tree-files.ts';
import { type BootEntry, bootOrder, parseBootEntry, type WrongEntry } from './boot-entries.ts';
import { deploymentAt } from './deployment-path.ts';
import { type Keyfile, parseKeyfile } from './keyfile.ts';

export interface Deployment {
  /** CHECKSUM.SERIAL, the name of its directory. */
  readonly name: string;
  /** The commit. */
  readonly checksum: string;
  /** Tells deployments of one commit apart. */
  readonly serial: number;
  /** The name and version of the operating system, from its boot entry. */
  readonly title: string;
  /** The root directory. */
  readonly path: string;
  /** The file of its boot entry, and the number in it that gives it its place in the boot list. */
  readonly entry: { readonly file: string; readonly version: number };
}

/** An entry that is not booted, and why. */
export interface RefusedEntry {
  readonly file: string;
  readonly reason: string;
}

export interface BootList {
  /** The default first. */
  readonly deployments: Deployment[];
  readonly refused: RefusedEntry[];
}

/** The deployments in a sysroot's boot list, the default first; none if nothing was ever deployed. */
export const listDeployments = (sysroot: string): Deployment[] => readBootList(sysroot).deployments;

/**
 * Reads what a boot loader reads, and starts no process. A guest that manages itself writes its boot list, so nothing in
 * it is believed, and nothing is opened that could be waited for.
 */
export function readBootList(sysroot: string): BootList {
  const list: BootList = { deployments: [], refused: [] };
  const directory = `${sysroot}/boot/loader/entries`;
  const names = unlessMissing(() => readdirSync(directory)) ?? [];
  if (names.length === 0) return list;
  const base = realpathSync.native(sysroot);
  const found: (BootEntry & { readonly file: string })[] = [];
  for (const name of names.filter((one) => one.endsWith('.conf')).sort()) {
    const file = `${directory}/${name}`;
    const entry = readEntry(file);
    if (entry && 'wrong' in entry) list.refused.push({ file, reason: entry.wrong });
    else if (entry) found.push({ ...entry, file });
  }
  for (const entry of bootOrder(found)) {
    const deployment = resolve(sysroot, base, entry);
    if (deployment) list.deployments.push(deployment);
    else list.refused.push({ file: entry.file, reason: `${entry.root} is no deployment in ${sysroot}` });
  }
  return list;
}

function readEntry(file: string): BootEntry | WrongEntry | undefined {
  try {
    return parseBootEntry(readRegularFile(file) ?? '');
  } catch (error) {
    return { wrong: (error as Error).message };
  }
}

/** Its path begins with that of the sysroot as it is given: in a sandbox, the links that lead there are not seen. */
function resolve(
  sysroot: string,
  base: string,
  { root, title, version, file }: BootEntry & { readonly file: string },
): Deployment | undefined {
  const real = realPath(`${sysroot}${root}`);
  const name = real === undefined ? undefined : deploymentAt(base, real);
  if (real === undefined || name === undefined) return undefined;
  const path = `${sysroot}${real.slice(base.length)}`;
  return { name, ...parseDeploymentName(name), title, path, entry: { file, version } };
}

/** Undefined if it leads nowhere. */
function realPath(path: string): string | undefined {
  try {
    // The other one looks at each directory from the root on, in JavaScript.
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

/** A deployment directory is named by its commit and serial: CHECKSUM.SERIAL. */
export function parseDeploymentName(name: string): { checksum: string; serial: number } {
  const dot = name.lastIndexOf('.');
  return { checksum: name.slice(0, dot), serial: Number(name.slice(dot + 1)) };
}

/** Where a deployment came from: REMOTE:REF or the name of an image, under whatever key the one who made it has it. */
export function sourceOfOrigin({ origin = {} }: Keyfile): string | undefined {
  return origin['refspec'] ?? origin['baserefspec'] ?? origin['container-image-reference'];
}

/** Where a deployment came from, and whether it is pinned: the origin file beside its directory. */
export const originOf = ({ path }: Pick<Deployment, 'path'>): Keyfile =>
  parseKeyfile(readRegularFile(`${path}.origin`) ?? '');

/** Whether the tree of a root directory has D-Bus. Without it nobody can ask the systemd of a machine that runs it. */
export const hasBus = (root: string): boolean =>
  lstatSync(inside(root, 'usr/lib/systemd/system/dbus.socket'), { throwIfNoEntry: false }) !== undefined;

/** ostree-admin-pin(1). */
export const isPinned = (deployment: Deployment): boolean =>
  originOf(deployment)['libostree-transient']?.['pinned'] === 'true';
