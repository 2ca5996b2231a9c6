// Where things are: this checkout, and the cache, which is outside it and survives `git clean`.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** The checkout. Searched from the working directory, because the demo runs as a bundle in another place. */
export function checkout(from = process.cwd()): string {
  if (existsSync(join(from, 'test/host/ostree-layout'))) return from;
  if (dirname(from) === from) throw new Error(`${process.cwd()} is not inside a checkout of ostree-guests`);
  return checkout(dirname(from));
}

/** Trees and running hosts share this directory, so that they share a file system and objects by hard link. */
export function cacheDirectory(): string {
  const { OSTREE_GUESTS_TEST_CACHE: own, XDG_CACHE_HOME: xdg } = process.env;
  return own || join(xdg || join(homedir(), '.cache'), 'ostree-guests-test');
}
