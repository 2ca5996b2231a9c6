// A sysroot on a file system that is mounted read-only: below /sysroot, if the host's OSTree has sysroot.readonly=true.
import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from '../host/failure.ts';

/** Says why a guest cannot be created or updated in its sysroot, which may be missing; undefined if it can. */
export function whyReadOnly(sysroot: string): { message: string; remedy: string } | undefined {
  const there = existing(sysroot);
  try {
    accessSync(there, constants.W_OK);
    return undefined;
  } catch (error) {
    if (codeOf(error) !== 'EROFS') return undefined;
    return {
      message: `${sysroot} is on a file system that is mounted read-only`,
      remedy: 'Move the guest to another one with Sysroot= in [Guest]',
    };
  }
}

const existing = (path: string): string =>
  path === '/' || existsSync(path) ? path : existing(dirname(path));
