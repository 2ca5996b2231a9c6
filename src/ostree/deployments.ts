import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { unlessMissing } from '../node-files.ts';
import { type BootEntry, bootOrder, parseBootEntry } from './boot-entries.ts';

export interface Deployment {
  /** The commit. */
  readonly checksum: string;
  /** Tells deployments of one commit apart. */
  readonly serial: number;
  /** The name and version of the operating system, from its boot entry. */
  readonly title: string;
  /** The root directory. */
  readonly path: string;
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
    .map((name) => parseBootEntry(readFileSync(`${directory}/${name}`, 'utf8')))
    .filter((entry) => entry !== undefined);
  return bootOrder(entries).map((entry) => resolve(sysroot, entry));
}

function resolve(sysroot: string, { root, title }: BootEntry): Deployment {
  const path = realpathSync(`${sysroot}${root}`);
  return { ...parseDeploymentName(basename(path)), title, path };
}

/** A deployment directory is named by its commit and serial: CHECKSUM.SERIAL. */
export function parseDeploymentName(name: string): { checksum: string; serial: number } {
  const dot = name.lastIndexOf('.');
  return { checksum: name.slice(0, dot), serial: Number(name.slice(dot + 1)) };
}
