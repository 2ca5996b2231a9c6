// Jobs on the content of a tree that packages are added to. They run confined.

import { readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseFields } from '../../host/json-fields.ts';
import {
  kindInside,
  linkInside,
  listInside,
  readInside,
  removeInside,
  requireDirectory,
  writeInside,
} from '../../host/tree-files.ts';
import { writeFile } from '../../host/write-file.ts';
import { ostree, tryOstree } from '../../ostree/ostree.ts';
import { requirePlainVersion } from '../../ostree/plain-version.ts';
import { dateOf, versionOf } from '../../ostree/repository.ts';
import { commitRoot } from '../commit-root.ts';
import { baseKey } from '../identity.ts';
import { sysusersFile } from '../layout/declare.ts';
import { isKeptFiles, type KeptFiles, keepFiles, restoreFiles } from '../layout/kept-files.ts';
import { layOut, undoEtc } from '../layout/layout.ts';
import { localPaths } from './local-paths.ts';

export interface TreeToCheckOut {
  /** A workspace; its `root` receives the tree. */
  readonly directory: string;
  readonly repository: string;
  readonly commit: string;
  /**
   * `links`: /usr as links to the objects of the repository, which needs no time and no space; nothing may write to it.
   * `copy`: all of it can be changed. Packages are installed into a copy `to-commit`.
   */
  readonly how: 'links' | 'copy' | 'to-commit';
  /** The machine's name while packages are installed. */
  readonly hostname: string;
  /** Programs that the tree may have. */
  readonly programs: readonly string[];
  /** Mount points of the container. */
  readonly mounts: readonly string[];
  /** The ref of the previous tree with packages. */
  readonly before: string;
}

export interface CheckedOutTree {
  /** The first of the programs that the tree has; null if it has none. */
  readonly program: string | null;
  /** The paths of repositories on this host that the tree itself names. */
  readonly localSources: readonly string[];
}

/** Changes that commitLayers() undoes. Kept in the workspace, where the container cannot see it. */
interface Before {
  readonly kept: KeptFiles;
  /** Directories that were created for mounts, the deepest first. */
  readonly mountPoints: readonly string[];
}

/** Fails with WrongJson if the text is not what checkOutTree() has written. */
export function parseBefore(json: string): Before {
  const before = parseFields(json);
  return {
    kept: before.is('kept', isKeptFiles, 'a list of files'),
    mountPoints: before.texts('mountPoints'),
  };
}

const beforeFile = (directory: string): string => `${directory}/before.json`;

/** Checks a commit out as a root directory, with its /etc in place. */
export async function checkOutTree(tree: TreeToCheckOut): Promise<CheckedOutTree> {
  const { directory, repository, how, hostname, programs, mounts, before } = tree;
  const root = `${directory}/root`;
  await checkOut(tree, root);
  undoEtc(root);
  const mountPoints = mounts.flatMap((path) => missingDirectories(root, path));
  if (how === 'to-commit') {
    const kept = keepFiles(root, [...ofMachine, sysusersFile]);
    const state: Before = { kept, mountPoints };
    writeFile(beforeFile(directory), JSON.stringify(state), { mode: 0o600 });
    await presetUsers(root, repository, before);
    nameMachine(root, hostname);
  }
  return {
    // Fedora's dnf is a link.
    program: programs.find((program) => kindInside(root, program) !== undefined) ?? null,
    localSources: localSources(root),
  };
}

async function checkOut({ repository, commit, how }: TreeToCheckOut, root: string): Promise<void> {
  const checkout = (...args: readonly string[]) =>
    ostree('Cannot check it out', `--repo=${repository}`, 'checkout', '--fsync=no', ...args);
  // A guest kept on another file system gets a copy in any case.
  await checkout(...(how === 'links' ? [] : ['--force-copy']), commit, root);
  if (how !== 'links') return;
  requireDirectory(root, 'usr/etc');
  // Links must not be written to: they are objects of this guest and of others.
  for (const entry of readdirSync(root, { withFileTypes: true })) {
    if (entry.isDirectory() && entry.name !== 'usr') await copy(entry.name);
    // A symbolic link is the object itself, and chown(2) would change it.
    else if (entry.isSymbolicLink()) linkInside(root, entry.name, readlinkSync(`${root}/${entry.name}`));
    else if (!entry.isDirectory()) removeInside(root, entry.name);
  }
  await copy('usr/etc');

  async function copy(path: string): Promise<void> {
    rmSync(requireDirectory(root, path), { recursive: true });
    await checkout('--force-copy', `--subpath=/${path}`, commit, `${root}/${path}`);
  }
}

export interface LayersToCommit {
  readonly directory: string;
  readonly repository: string;
  /** The commit that the packages were added to. */
  readonly below: string;
  readonly identity: string;
  /** Added to the version of that commit. Without it, the result is as old as that commit. */
  readonly version: string | undefined;
}

/** Commits a tree with installed packages, and returns the checksum. */
export async function commitLayers(layers: LayersToCommit): Promise<string> {
  const { directory, repository, below, identity, version: own } = layers;
  const root = `${directory}/root`;
  const { kept, mountPoints } = parseBefore(readFileSync(beforeFile(directory), 'utf8'));
  requireDirectory(root, 'etc');
  for (const path of mountPoints)
    if (kindInside(root, path) === 'directory' && listInside(root, path).length === 0)
      removeInside(root, path);
  restoreFiles(root, kept);
  layOut(root);
  const base = versionOf(repository, below);
  if (base !== undefined) requirePlainVersion(base, 'the tree below');
  const version = [base, own].filter((one) => one !== undefined).join('+') || undefined;
  return commitRoot(
    { repository, root, identity, version },
    `--add-metadata-string=${baseKey}=${below}`,
    // So that the next one from there is newer.
    ...(own === undefined ? [`--timestamp=${await dateOf(repository, below)}`] : []),
  );
}

/** Files of /etc that exist only while packages are installed. */
const ofMachine = ['hostname', 'hosts', 'resolv.conf', 'machine-id', '.pwd.lock'].map(
  (name) => `etc/${name}`,
);

/** Sets the hostname, and resolves it, for packages that need it, such as mail servers. */
function nameMachine(root: string, name: string): void {
  writeInside(root, 'etc/hostname', `${name}\n`);
  writeInside(root, 'etc/hosts', `${readInside(root, 'etc/hosts') ?? ''}\n127.0.1.1 ${name}\n`);
  if (readInside(root, 'etc/resolv.conf') === undefined) writeInside(root, 'etc/resolv.conf', '');
}

/** Gives users the numbers that they had before: files in the guest's /var belong to these. */
async function presetUsers(root: string, repository: string, ref: string): Promise<void> {
  const before = await tryOstree(`--repo=${repository}`, 'cat', ref, `/${sysusersFile}`);
  if (before.exitCode === 0) writeInside(root, sysusersFile, `${before.stdout}\n`);
}

/** Returns the missing directories of a mount point, the deepest first. */
function missingDirectories(root: string, path: string): string[] {
  if (path === '/') return [];
  const kind = kindInside(root, path);
  return kind === 'directory' || kind === 'link' ? [] : [path, ...missingDirectories(root, dirname(path))];
}

/** Returns the paths of this host in the tree's own sources: deb822 or one-line sources, .repo files. */
function localSources(root: string): string[] {
  const files = ['etc/apt/sources.list.d', 'etc/yum.repos.d'].flatMap((place) =>
    listInside(root, place).map((name) => `${place}/${name}`),
  );
  const texts = ['etc/apt/sources.list', ...files].map((file) => readInside(root, file) ?? '');
  return [...new Set(texts.flatMap(localPaths))].slice(0, 20);
}
