import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Resolves the links on the way to a path. It need not exist, and what this user cannot see stays as it is. */
export function realPlace(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPlace(parent), basename(path));
  }
}
