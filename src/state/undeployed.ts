import { run } from '../host/process.ts';
import { readStaged } from './staged.ts';
import { readJson, removeFile, stateFile, writeJson } from './state-file.ts';

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

const fileOf = (guest: string): string => stateFile(guest, 'undeployed.json');

/** Remembers that the staged commit failed to deploy onto the deployment with this /etc. */
export async function rememberUndeployed(
  guest: string,
  etc: string,
  failure: Pick<Undeployed, 'checksum' | 'reason' | 'remedy'>,
): Promise<void> {
  const undeployed: Undeployed = { ...failure, time: Date.now(), etc: await filesIn(etc) };
  writeJson(fileOf(guest), undeployed);
}

/** Returns undefined unless it is about what is staged now. */
export function readUndeployed(guest: string): Undeployed | undefined {
  const undeployed = readJson<Undeployed>(fileOf(guest));
  return undeployed && undeployed.checksum === readStaged(guest)?.checksum ? undeployed : undefined;
}

export const forgetUndeployed = (guest: string): void => removeFile(fileOf(guest));

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
