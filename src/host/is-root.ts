import { statSync } from 'node:fs';
import { codeOf } from './failure.ts';

/** Returns true if this process may do anything, and see everything. */
export const isRoot = (): boolean => process.geteuid?.() === 0;

/** Returns true if something failed only because we are not root. */
export const isForRootOnly = (error: unknown): boolean =>
  !isRoot() && ['EACCES', 'EPERM'].includes(codeOf(error) ?? '');

/** Returns undefined if only root may look. */
export function unlessForbidden<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (isForRootOnly(error)) return undefined;
    throw error;
  }
}

/** True if nothing is at a path. False if only root can know that. */
export function isMissing(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch (error) {
    return !isForRootOnly(error);
  }
}
