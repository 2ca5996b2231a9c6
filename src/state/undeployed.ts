import type { Guest } from '../config/guest.ts';
import { wallClock } from '../host/clock.ts';
import { type DiskSpace, freeBelow } from '../host/disk-room.ts';
import { run } from '../host/process.ts';
import { contentOfCommit } from '../ostree/commit-object.ts';
import type { Deployment } from '../ostree/deployments.ts';
import type { Checksum } from '../ostree/names.ts';
import { repositoryOf } from '../ostree/repository.ts';
import type { Staged } from './staged.ts';
import { whatIsStaged } from './staged-update.ts';
import { stateFiles } from './state-files.ts';

/** Why the last start could not deploy the staged update, or the last shutdown of a guest that manages itself. */
export interface Undeployed {
  readonly checksum: Checksum;
  /** Identifies commits with the same content, which a guest that manages itself makes: contentOfCommit(). */
  readonly content?: string | undefined;
  readonly reason: string;
  readonly remedy: string;
  /** When, in milliseconds since 1970. */
  readonly time: number;
  /** The type and path of each file in /etc at that time. Empty if /etc was not at fault. */
  readonly etc: readonly string[];
  /** The free disk space at that time. Undefined if that was not at fault. */
  readonly free?: DiskSpace | undefined;
}

/** What was at fault. Only a change of it is worth another try. */
export type Suspect = 'etc' | 'disk';

/** Remembers that the staged commit failed to deploy onto this deployment. */
export async function rememberUndeployed(
  { name, sysroot, update }: Guest,
  { path }: Pick<Deployment, 'path'>,
  suspect: Suspect,
  failure: Pick<Undeployed, 'checksum' | 'reason' | 'remedy'>,
): Promise<void> {
  const isOwn = update.by === 'rpm-ostree';
  stateFiles.undeployed.write(name, {
    ...failure,
    ...(isOwn && { content: contentOfCommit(repositoryOf(sysroot), failure.checksum) }),
    time: wallClock(),
    etc: suspect === 'disk' ? [] : bounded(await filesIn(`${path}/etc`)),
    ...(suspect === 'disk' && { free: freeBelow(path) }),
  });
}

/** Returns undefined if it is about something else than what is staged now. */
export function readUndeployed(
  guest: Guest,
  staged: Pick<Staged, 'checksum'> | undefined = whatIsStaged(guest),
): Undeployed | undefined {
  const undeployed = stateFiles.undeployed.read(guest.name);
  return undeployed && isAbout(undeployed, guest, staged?.checksum) ? undeployed : undefined;
}

/** The OSTree of a guest that manages itself drops what it cannot deploy. The next update stages it again, perhaps as another commit. */
function isAbout(
  { checksum, content }: Undeployed,
  { sysroot, update }: Guest,
  staged: Checksum | undefined,
): boolean {
  if (update.by !== 'rpm-ostree' || checksum === staged) return checksum === staged;
  if (staged === undefined) return true;
  return content !== undefined && content === contentOfCommit(repositoryOf(sysroot), staged);
}

export const forgetUndeployed = (guest: string): void => stateFiles.undeployed.remove(guest);

/** What another try would find. */
export interface Retry {
  /** The type and path of each file in /etc. */
  readonly etc: readonly string[];
  readonly free: DiskSpace;
  /** An estimate of what a deployment takes. */
  readonly takes: DiskSpace;
}

/** Returns true if deploying would probably fail again. */
export const failsAgain = ({ etc, free }: Undeployed, now: Retry): boolean =>
  free ? !hasGrown(free, now) : hasAll(etc, now.etc);

/**
 * Returns true if no file was removed, renamed or replaced by one of another type. Additional files do not count: a running guest
 * has files that a stopped one does not have.
 */
function hasAll(before: readonly string[], files: readonly string[]): boolean {
  const now = new Set(files);
  return before.every((file) => now.has(file));
}

/**
 * Returns true if a deployment fits into what has become free since: what was free then was not enough, whatever the estimate says.
 * What other programs write and delete meanwhile is less.
 */
const hasGrown = (before: DiskSpace, { free, takes }: Retry): boolean =>
  free.bytes >= before.bytes + takes.bytes || free.files >= before.files + takes.files;

/**
 * Cuts the list, because only so much of a state file is read. Everything but regular files comes first: OSTree fails to merge
 * these. With a part of the list, the guest may be restarted too seldom, but not too often.
 */
function bounded(files: readonly string[]): string[] {
  const kept: string[] = [];
  let room = longest;
  for (const file of files.toSorted((a, b) => Number(a.startsWith('f')) - Number(b.startsWith('f')))) {
    room -= JSON.stringify(file).length + 1;
    if (room < 0) break;
    kept.push(file);
  }
  return kept;
}
const longest = 512 << 10;

/** The types and paths of all files below a directory; find(1) follows no link. */
export async function filesIn(directory: string): Promise<string[]> {
  const { stdout } = await run('find', [directory, '-xdev', '-mindepth', '1', '-printf', '%y %P\\0']);
  return stdout.split('\0').filter((file) => file !== '');
}
