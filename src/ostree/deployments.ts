import { lstatSync, readdirSync, realpathSync } from 'node:fs';
import { messageOf } from '../host/failure.ts';
import { readRegularFile, unlessMissing } from '../host/node-files.ts';
import { inside } from '../host/tree-files.ts';
import { type BootEntry, bootOrder, parseBootEntry, type WrongEntry } from './boot-entries.ts';
import { deploymentAt } from './deployment-path.ts';
import { type Keyfile, parseKeyfile } from './keyfile.ts';
import { type Checksum, type DeploymentName, isChecksum } from './names.ts';

export interface Deployment {
  /** CHECKSUM.SERIAL, the name of its directory. */
  readonly name: DeploymentName;
  /** The commit. */
  readonly checksum: Checksum;
  /** Distinguishes deployments of one commit. */
  readonly serial: number;
  /** The name and version of the operating system, from its boot entry. */
  readonly title: string;
  /** The root directory. */
  readonly path: string;
  /** The file of its boot entry, and the number that determines its position in the boot list. */
  readonly entry: { readonly file: string; readonly version: number };
}

/** An entry that is refused, with the reason. */
export interface RefusedEntry {
  readonly file: string;
  readonly reason: string;
}

export interface BootList {
  /** The default first. */
  readonly deployments: Deployment[];
  readonly refused: RefusedEntry[];
  /** The number of files, of which some may be no entries of deployments. */
  readonly files: number;
}

/** The deployments in a sysroot's boot list, the default first; none if nothing was ever deployed. */
export const listDeployments = (sysroot: string): Deployment[] => readBootList(sysroot).deployments;

/**
 * Reads the boot entries without starting a process. A guest that manages itself writes its boot list, so nothing in
 * it is trusted, and nothing is opened that could block.
 */
export function readBootList(sysroot: string): BootList {
  const directory = `${sysroot}/boot/loader/entries`;
  const all = unlessMissing(() => readdirSync(directory)) ?? [];
  const names = all.filter((one) => one.endsWith('.conf')).sort();
  const list: BootList = { deployments: [], refused: [], files: names.length };
  if (names.length === 0) return list;
  const base = realpathSync.native(sysroot);
  const found: (BootEntry & { readonly file: string })[] = [];
  for (const name of names) {
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
    return { wrong: messageOf(error) };
  }
}

/** Resolves a path below the sysroot. Keeps the given path of the sysroot: a sandbox may hide links that lead there. */
function resolve(
  sysroot: string,
  base: string,
  { root, title, version, file }: BootEntry & { readonly file: string },
): Deployment | undefined {
  const real = realPath(`${sysroot}${root}`);
  const name = real === undefined ? undefined : deploymentAt(base, real);
  if (real === undefined || name === undefined) return undefined;
  const path = `${sysroot}${real.slice(base.length)}`;
  return { name, ...partsOf(name), title, path, entry: { file, version } };
}

/** Returns undefined if the path does not exist. */
function realPath(path: string): string | undefined {
  try {
    // Plain realpathSync() walks each directory from the root, in JavaScript.
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

/** A deployment directory is named by its commit and serial: CHECKSUM.SERIAL. */
export function partsOf(name: DeploymentName): { checksum: Checksum; serial: number } {
  const [checksum, serial] = name.split('.');
  // Its parser has seen that it is one.
  if (!isChecksum(checksum)) throw new Error(`${name} is no deployment`);
  return { checksum, serial: Number(serial) };
}

/** Returns the source of a deployment: REMOTE:REF or the name of an image, under the key of the tool that made it. */
export function sourceOfOrigin({ origin = {} }: Keyfile): string | undefined {
  return origin['refspec'] ?? origin['baserefspec'] ?? origin['container-image-reference'];
}

/** Reads the origin file of a deployment: its source, and whether it is pinned. */
export const originOf = ({ path }: Pick<Deployment, 'path'>): Keyfile =>
  parseKeyfile(readRegularFile(`${path}.origin`) ?? '');

/** True if a root directory has D-Bus. Without it, the systemd of the machine cannot be asked. */
export const hasBus = (root: string): boolean =>
  lstatSync(inside(root, 'usr/lib/systemd/system/dbus.socket'), { throwIfNoEntry: false }) !== undefined;

/** ostree-admin-pin(1). */
export const isPinned = (deployment: Deployment): boolean =>
  originOf(deployment)['libostree-transient']?.['pinned'] === 'true';
