// When files were last changed, by their times alone.

import { lstatSync, statSync } from 'node:fs';
import { wallClock } from '../host/clock.ts';
import { nodeFiles } from '../host/node-files.ts';

/** True if a change is certainly older. A time in the future tells nothing: the clock was set back. */
export const isBefore = (changed: number, time: number): boolean => changed < time && time <= wallClock();

/** Returns when a file or its link was last changed: its status, because a copy can keep an old time of modification. */
export function changeOf(path: string): number {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  const target = stat.isSymbolicLink() ? statSync(path, { throwIfNoEntry: false }) : undefined;
  return Math.max(stat.ctimeMs, target?.ctimeMs ?? 0);
}

/** Returns when one of these directories, or something in it, was last changed. */
export const newestOf = (directories: readonly string[]): number =>
  Math.max(
    0,
    ...directories.flatMap((directory) => [
      changeOf(directory),
      ...nodeFiles.list(directory).map((entry) => changeOf(`${directory}/${entry}`)),
    ]),
  );

/** Returns when drop-ins below these directories were last changed, by the names of their directories. */
export function dropInChanges(directories: readonly string[]): ReadonlyMap<string, number> {
  const changes = new Map<string, number>();
  for (const directory of directories)
    for (const entry of nodeFiles.list(directory).filter((one) => /(guest|build)\.d$/.test(one)))
      changes.set(entry, Math.max(changes.get(entry) ?? 0, newestOf([`${directory}/${entry}`])));
  return changes;
}
