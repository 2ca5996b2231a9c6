import { run } from '../host/process.ts';
import { readStaged } from './staged.ts';
import { stateFiles } from './state-files.ts';

/** Why the last start could not deploy what is staged. */
export interface Undeployed {
  readonly checksum: string;
  readonly reason: string;
  readonly remedy: string;
  /** When, in milliseconds since 1970. */
  readonly time: number;
  /** What was in /etc: the type of each file and its path. */
  readonly etc: readonly string[];
}

/** Remembers that the staged commit failed to deploy onto the deployment with this /etc. */
export async function rememberUndeployed(
  guest: string,
  etc: string,
  failure: Pick<Undeployed, 'checksum' | 'reason' | 'remedy'>,
): Promise<void> {
  stateFiles.undeployed.write(guest, { ...failure, time: Date.now(), etc: await filesIn(etc) });
}

/** Returns undefined unless it is about what is staged now. */
export function readUndeployed(guest: string): Undeployed | undefined {
  const undeployed = stateFiles.undeployed.read(guest);
  return undeployed && undeployed.checksum === readStaged(guest)?.checksum ? undeployed : undefined;
}

export const forgetUndeployed = (guest: string): void => stateFiles.undeployed.remove(guest);

/**
 * Whether deploying would fail again, as far as can be told: nothing that was in /etc then was removed, renamed or replaced by
 * a file of another type. What was added does not count: a guest that runs has files that a stopped one has not.
 */
export async function failsAgain({ etc: before }: Undeployed, etc: string): Promise<boolean> {
  const now = new Set(await filesIn(etc));
  return before.every((file) => now.has(file));
}

/** The types and paths of all files below a directory; find(1) follows no link. */
async function filesIn(directory: string): Promise<string[]> {
  const { stdout } = await run('find', [directory, '-xdev', '-mindepth', '1', '-printf', '%y %P\\0']);
  return stdout.split('\0').filter((file) => file !== '');
}
