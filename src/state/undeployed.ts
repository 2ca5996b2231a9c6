import { wallClock } from '../host/clock.ts';
import { run } from '../host/process.ts';
import type { Checksum } from '../ostree/names.ts';
import { readStaged } from './staged.ts';
import { stateFiles } from './state-files.ts';

/** Why the last start could not deploy the staged update. */
export interface Undeployed {
  readonly checksum: Checksum;
  readonly reason: string;
  readonly remedy: string;
  /** When, in milliseconds since 1970. */
  readonly time: number;
  /** The type and path of each file in /etc at that time. */
  readonly etc: readonly string[];
}

/** Remembers that the staged commit failed to deploy onto the deployment with this /etc. */
export async function rememberUndeployed(
  guest: string,
  etc: string,
  failure: Pick<Undeployed, 'checksum' | 'reason' | 'remedy'>,
): Promise<void> {
  stateFiles.undeployed.write(guest, { ...failure, time: wallClock(), etc: bounded(await filesIn(etc)) });
}

/** Returns undefined if it is about another commit than the one staged now. */
export function readUndeployed(guest: string): Undeployed | undefined {
  const undeployed = stateFiles.undeployed.read(guest);
  return undeployed && undeployed.checksum === readStaged(guest)?.checksum ? undeployed : undefined;
}

export const forgetUndeployed = (guest: string): void => stateFiles.undeployed.remove(guest);

/**
 * Returns true if deploying would probably fail again: no file that was in /etc then was removed, renamed or replaced by
 * one of another type. Additional files do not count: a running guest has files that a stopped one does not have.
 */
export async function failsAgain({ etc: before }: Undeployed, etc: string): Promise<boolean> {
  const now = new Set(await filesIn(etc));
  return before.every((file) => now.has(file));
}

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
async function filesIn(directory: string): Promise<string[]> {
  const { stdout } = await run('find', [directory, '-xdev', '-mindepth', '1', '-printf', '%y %P\\0']);
  return stdout.split('\0').filter((file) => file !== '');
}
