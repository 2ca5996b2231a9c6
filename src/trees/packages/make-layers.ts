import { readFileSync } from 'node:fs';
import { placeOf } from '../../config/guest.ts';
import { filesOfPackages, type Packages, packagesWords } from '../../config/packages.ts';
import { sha256 } from '../../host/digest.ts';
import { Failure, failureAt } from '../../host/failure.ts';
import { makeDirectories } from '../../host/make-directories.ts';
import { shown } from '../../host/printable.ts';
import { log } from '../../host/tell.ts';
import { removeTree } from '../../host/tree-removal.ts';
import { type Checksum, checksumFrom } from '../../ostree/names.ts';
import { holdCommit } from '../../ostree/repository.ts';
import { doJob } from '../treework/run.ts';
import { hostRepositories } from './host-repositories.ts';
import { indexesIn, type PackageIndex } from './indexes.ts';
import type { TreeToCheckOut } from './layer-tree.ts';
import { managers } from './managers.ts';
import { missingFiles } from './missing-files.ts';
import type { Owner } from './owner.ts';
import { type PackageContainer, runInContainer } from './package-container.ts';
import type { Manager } from './script.ts';
import { writeInput, writeScript } from './workspace.ts';

/** The ref that keeps the base commit. */
export const baseRef = 'ostree-guests/base';

/** The ref that keeps the last result. */
export const layeredRef = 'ostree-guests/layered';

/** A tree to add packages to. */
export interface Workspace {
  readonly owner: Owner;
  readonly packages: Packages;
  /** The commit to add to. */
  readonly below: string;
}

/** What an installation would do now. */
export interface LayerPlan {
  /** Identifies the result by its inputs: the commit below, the declaration, and the versions that the repositories offer. */
  readonly identity: string;
  /** The indexes of all repositories that this depends on. Undefined if the package manager does not tell. */
  readonly indexes: readonly PackageIndex[] | undefined;
}

/** Fails if files of [Packages] are missing. */
export function requireFiles(owner: Pick<Owner, 'values'>): void {
  const [missing] = missingFiles(owner);
  if (missing) throw failureAt(missing);
}

/** Finds out what an installation would do now. Keeps the commit below. */
export async function plan(workspace: Workspace): Promise<LayerPlan> {
  const { owner, packages, below } = workspace;
  await holdCommit(owner.repository, baseRef, below);
  try {
    let tree = await checkOut(workspace, 'links');
    const { manager } = tree;
    if (manager.planOn === 'copy') tree = await checkOut(workspace, 'copy');
    const usr = manager.planOn === 'copy' ? 'writable' : 'read-only';
    // A list of packages at each update would only fill the journal.
    const output = await runScript(workspace, tree, manager.plan(packages), { usr, prints: false });
    const versions = output.match(manager.planLine) ?? [];
    const contents = filesOfPackages(packages).map((file) => sha256(readFileSync(file)));
    return {
      identity: sha256(JSON.stringify([below, packages, contents, versions])),
      indexes: manager.indexLine && indexesIn(output, manager.indexLine),
    };
  } finally {
    await removeTree(owner.directory);
  }
}

/**
 * Adds the packages to a copy of the tree, and commits it. `version` is added to that of the commit below. Without it, the result is
 * as old as that commit.
 */
export async function add(workspace: Workspace, identity: string, version?: string): Promise<Checksum> {
  const { owner, packages, below } = workspace;
  const { repository, directory } = owner;
  try {
    const tree = await checkOut(workspace, 'to-commit');
    const script = tree.manager.install(packages);
    await runScript(workspace, tree, script, { usr: 'writable', prints: true });
    const what = `${packagesPlace(owner)}: cannot use the tree with ${packagesWords(packages)}`;
    const input = { directory, repository, below, identity, version };
    const checksum = checksumFrom(await doJob(what, placeOfJob(owner), 'commitLayers', input));
    await holdCommit(repository, layeredRef, checksum);
    return checksum;
  } finally {
    await removeTree(directory);
  }
}

/** A tree that was checked out. */
interface Tree {
  readonly manager: Manager;
  /** What it may read of the host. */
  readonly readable: readonly string[];
  /** The paths of the host in its own sources. */
  readonly localSources: readonly string[];
}

async function checkOut(workspace: Workspace, how: TreeToCheckOut['how']): Promise<Tree> {
  const { owner, packages, below } = workspace;
  const { repository, directory } = owner;
  await removeTree(directory);
  makeDirectories(directory);
  const readable = await hostRepositories(owner, packages);
  const what = `${packagesPlace(owner)}: cannot add to ${below.slice(0, 12)}`;
  const { program, localSources } = await doJob(what, placeOfJob(owner), 'checkOutTree', {
    directory,
    repository,
    commit: below,
    how,
    hostname: owner.name,
    mounts: readable,
    programs: managers.map((manager) => manager.program),
    before: layeredRef,
  });
  const manager = managers.find((one) => one.program === program);
  if (manager) return { manager, readable, localSources };
  const message = `${packagesPlace(owner)}: the tree (${below.slice(0, 12)}) has none of apt-get, dnf and rpm-ostree`;
  throw new Failure(message, 'Have one of them in the tree, or the packages themselves');
}

const placeOfJob = (owner: Owner) => ({ name: owner.unit('tree'), rooms: owner.rooms });

async function runScript(
  { owner, packages }: Workspace,
  { manager, readable, localSources }: Tree,
  script: string,
  how: Pick<PackageContainer, 'usr' | 'prints'>,
): Promise<string> {
  const { directory } = owner;
  writeInput(directory, packages);
  writeScript(directory, script);
  const { exitCode, stdout, stderr } = await runInContainer({
    unit: owner.unit('layers'),
    hostname: owner.name,
    directory,
    readable,
    ...how,
  });
  const failed = manager.failedScript?.(`${stdout}\n${stderr}`);
  if (exitCode === 0 && failed === undefined) return stdout;
  if (!how.prints) log(`${stdout}\n${stderr}`.trim());
  const reason = shown(failed ?? reasonOf(stderr));
  const notBound = localSources.filter((path) => !readable.includes(path) && stderr.includes(path));
  throw new Failure(
    `${packagesPlace(owner)}: cannot make the tree with ${packagesWords(packages)}: ${reason}`,
    notBound.length > 0
      ? notBoundRemedy(notBound)
      : 'What was printed before is in the journal of this service',
  );
}

/** Returns the remedy if a tree names paths of the host: it may not choose what is read. */
const notBoundRemedy = ([path = '']: readonly string[]): string =>
  `The tree's own sources name ${shown(path)}, and a tree is given no directory of this host. If it is to have that one, name it in a file of Repository=`;

/** Returns the first error; later ones are consequences. If its line has no detail, the lines below it have. */
export function reasonOf(stderr: string): string {
  const lines = stderr.trim().split('\n');
  const first = lines.findIndex((line) => /^(E: |dpkg: error|Error: |error: )/.test(line));
  const [error = '', ...below] = lines.slice(first);
  const explained = below.slice(0, 2).map((line) => line.trim());
  return (
    reasonOfDnf5(lines) ||
    error.replace(/^(E|Error|error): /, '') ||
    explained.join(' ') ||
    'the package manager failed and did not say why'
  );
}

/** Finds the cause in the output of dnf5: one line what failed, then why, then suggestions. */
function reasonOfDnf5(lines: readonly string[]): string | undefined {
  const first = lines.findIndex((line) =>
    /^(Failed to resolve the transaction|Transaction failed):/.test(line),
  );
  if (first < 0) return undefined;
  const [heading = '', ...below] = lines.slice(first);
  const advice = below.findIndex((line) => line.startsWith('You can try'));
  const why = below.slice(0, advice < 0 ? 1 : Math.min(advice, 3));
  const where = / \(\/var\/cache\/[^)]*\)/;
  return [heading, ...why]
    .map((line) => line.trim())
    .join(' ')
    .replace(where, '');
}

const packagesPlace = (owner: Owner): string =>
  owner.values.at('Packages', 'Install')
    ? placeOf(owner, 'Packages', 'Install')
    : placeOf(owner, 'Packages', 'Remove');
