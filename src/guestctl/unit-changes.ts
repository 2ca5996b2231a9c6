// Compares the units that two versions of a guest file make.
import { generatedDirectory } from '../config/paths.ts';
import type { Generated } from '../generator/generated.ts';
import { lineDiff } from './line-diff.ts';

export interface UnitChange {
  readonly path: string;
  readonly change: 'created' | 'changed' | 'removed';
  /** All lines of the unit, as in a unified diff. */
  readonly diff: string;
}

/** Returns the units that differ, sorted by path. */
export function unitChanges(before: readonly Generated[], after: readonly Generated[]): UnitChange[] {
  const [old, now] = [textsOf(before), textsOf(after)];
  const paths = [...new Set([...old.keys(), ...now.keys()])].sort();
  return paths.flatMap((path) => {
    const [was, is] = [old.get(path), now.get(path)];
    if (was === is) return [];
    const change = was === undefined ? 'created' : is === undefined ? 'removed' : 'changed';
    return [{ path: `${generatedDirectory}/${path}`, change, diff: lineDiff(was ?? '', is ?? '') }];
  });
}

const textsOf = (generated: readonly Generated[]): ReadonlyMap<string, string> =>
  new Map(generated.map((one) => [one.path, 'text' in one ? one.text : `-> ${one.target}\n`]));
