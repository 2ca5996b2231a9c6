import type { Guest } from '../../config/guest.ts';
import { Failure } from '../../host/failure.ts';
import { kindInside } from '../../host/tree-files.ts';
import { isRunning } from '../../machine/guest-state.ts';
import { type Deployment, listDeployments } from '../../ostree/deployments.ts';
import { type Checksum, isChecksum } from '../../ostree/names.ts';
import { hasCommit, repositoryOf, versionOf } from '../../ostree/repository.ts';
import { whatIsStaged } from '../../state/staged-update.ts';
import { readUndeployed, type Undeployed } from '../../state/undeployed.ts';
import { bootedRoot } from '../../steps/boot/root-link.ts';
import { diffPackages } from './database.ts';
import {
  bothChanged,
  directoriesIn,
  type FileChange,
  type Merge,
  mergeOf,
  parseDiff,
} from './file-changes.ts';
import type { PackageChange } from './package-changes.ts';
import { RepositoryReader } from './read-repository.ts';

/** One end of a comparison. */
export interface End {
  readonly checksum: string;
  readonly version?: string;
}

export interface Difference extends Merge {
  readonly from: End;
  readonly to: End;
  /** Undefined if the trees have no known package database. */
  readonly packages?: readonly PackageChange[];
  readonly files: readonly FileChange[];
  /** Why the last start could not deploy the second commit, if that is staged. */
  readonly failure: Undeployed | undefined;
}

/** Compares two commits. Default: the changes of the next start; if nothing is staged, those of the last update. */
export async function diff(guest: Guest, from?: string, to?: string): Promise<Difference> {
  const repository = repositoryOf(guest.sysroot);
  const deployments = listDeployments(guest.sysroot);
  const now = await current(guest, deployments);
  const preset = from === undefined || to === undefined ? ends(guest, deployments, now) : undefined;
  const reader = new RepositoryReader(guest);
  const old = await resolve(guest, reader, from ?? preset?.from ?? '');
  const next = await resolve(guest, reader, to ?? preset?.to ?? '');
  const files = parseDiff(await reader.read(`Cannot compare ${old} with ${next}`, 'diff', old, next));
  const packages = await diffPackages(reader, old, next);
  return {
    from: endOf(repository, old),
    to: endOf(repository, next),
    ...(packages && { packages }),
    failure: readUndeployed(guest) && readUndeployed(guest, { checksum: next }),
    files,
    ...(await mergeInto(now, next, files, reader)),
  };
}

/** Returns the deployment that the guest runs from, or would start from. */
async function current(guest: Guest, deployments: readonly Deployment[]): Promise<Deployment | undefined> {
  const booted = (await isRunning(guest.name)) ? bootedRoot(guest.name) : undefined;
  return deployments.find(({ path }) => path === booted) ?? deployments[0];
}

function ends(guest: Guest, deployments: readonly Deployment[], now: Deployment | undefined) {
  const [next, previous] = deployments;
  const to = whatIsStaged(guest, deployments)?.checksum ?? (next === now ? undefined : next?.checksum);
  if (now && to) return { from: now.checksum, to };
  if (next && previous) return { from: previous.checksum, to: next.checksum };
  const message = `${guest.name} has ${next ? 'one deployment' : 'no deployment'}, and nothing is staged`;
  throw new Failure(message, `There is nothing to compare before it is updated; or name two commits`);
}

/** Finds a commit by CHECKSUM.SERIAL, by its first digits, or by a ref. */
async function resolve(guest: Guest, reader: RepositoryReader, name: string): Promise<Checksum> {
  const repository = repositoryOf(guest.sysroot);
  const commit = name.replace(/^([0-9a-f]+)\.\d+$/, '$1');
  if (isChecksum(commit) && hasCommit(repository, commit)) return commit;
  const { exitCode, stdout } = await reader.attempt('rev-parse', '--', commit);
  const checksum = stdout.trim();
  if (exitCode === 0 && isChecksum(checksum) && hasCommit(repository, checksum)) return checksum;
  const remedy = `Its deployments: guestctl deployments ${guest.name}; its refs: ostree refs --repo=${repository}`;
  throw new Failure(`${guest.name} has no commit '${name}'`, remedy);
}

function endOf(repository: string, checksum: string): End {
  const version = versionOf(repository, checksum);
  return version === undefined ? { checksum } : { checksum, version };
}

/** Compares the changes of a commit with those of a machine to its /etc. */
async function mergeInto(
  now: Deployment | undefined,
  next: string,
  files: readonly FileChange[],
  reader: RepositoryReader,
): Promise<Merge> {
  const both = bothChanged(await localChanges(reader, now), files);
  if (!now || both.length === 0) return { etc: [], unmergeable: [] };
  // A commit without /usr/etc has removed all of these.
  const { stdout } = await reader.attempt('ls', '-R', next, '/usr/etc');
  return mergeOf(both, directoriesIn(stdout), (path) => kindInside(now.path, path));
}

/** Lists the changes of a machine to its /etc. */
async function localChanges(
  reader: RepositoryReader,
  deployment: Deployment | undefined,
): Promise<FileChange[]> {
  if (!deployment) return [];
  const { path } = deployment;
  // It requires a repository, although it compares two directories.
  return parseDiff(await reader.read('Cannot compare /etc', 'diff', `${path}/usr/etc`, `${path}/etc`));
}
