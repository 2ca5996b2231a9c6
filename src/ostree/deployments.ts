import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { unlessMissing } from '../node-files.ts';
import { type BootEntry, bootOrder, parseBootEntry } from './boot-entries.ts';
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

/**
 * The deployments in a sysroot's boot list, the default first; none where nothing was ever deployed.
 * Reads what a boot loader reads, and starts no process.
 */
export function listDeployments(sysroot: string): Deployment[] {
  const directory = `${sysroot}/boot/loader/entries`;
  const names = unlessMissing(() => readdirSync(directory)) ?? [];
  const entries = names
    .filter((name) => name.endsWith('.conf'))
    .flatMap((name) => {
      const file = `${directory}/${name}`;
      const entry = parseBootEntry(readFileSync(file, 'utf8'));
      return entry ? [{ ...entry, file }] : [];
    });
  return bootOrder(entries).map((entry) => resolve(sysroot, entry));
}

function resolve(sysroot: string, { root, title, version, file }: BootEntry & { file: string }): Deployment {
  // The other one looks at each directory from the root on, in JavaScript.
  const path = realpathSync.native(`${sysroot}${root}`);
  const name = basename(path);
  return { name, ...parseDeploymentName(name), title, path, entry: { file, version } };
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
export const originOf = ({ path }: Deployment): Keyfile =>
  parseKeyfile(unlessMissing(() => readFileSync(`${path}.origin`, 'utf8')) ?? '');

/** ostree-admin-pin(1). */
export const isPinned = (deployment: Deployment): boolean =>
  originOf(deployment)['libostree-transient']?.['pinned'] === 'true';
