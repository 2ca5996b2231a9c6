import { isRoot } from './is-root.ts';
import { requireSuccess, run } from './process.ts';
import { programVersion } from './program-version.ts';

/** Returns true if bindMapped() works: mount(8) of util-linux before 2.39 ignores its option. */
export async function canMapOwners(): Promise<boolean> {
  const [, major, minor] = /util-linux (\d+)\.(\d+)/.exec(await programVersion('mount')) ?? [];
  return Number(major) * 100 + Number(minor) >= 239;
}

/**
 * Returns true if the kernel can map owners in a directory, by trying it in a temporary mount namespace.
 * Undefined if we are not root and cannot try. Needs a mount(8) that can map owners.
 */
export async function tryMapping(directory: string): Promise<boolean | undefined> {
  if (!isRoot()) return undefined;
  const mount = ['mount', '--bind', '-o', 'X-mount.idmap=b:0:65536:65536', directory, directory];
  return (await run('unshare', ['--mount', '--', ...mount])).exitCode === 0;
}

/** UIDs and GIDs of the host that a user namespace has as 0 and up. */
export interface UserRange {
  readonly first: number;
  readonly count: number;
}

/** Binds a directory with its owners mapped: 0 becomes the first of the range, and so on. mount(8), X-mount.idmap. */
export const bindMapped = (from: string, to: string, { first, count }: UserRange): Promise<void> =>
  mount('--bind', '-o', `X-mount.idmap=b:0:${first}:${count}`, from, to);

/** Mounts a directory once more, as it is. */
export const bind = (from: string, to: string): Promise<void> => mount('--bind', from, to);

/** Mounts a directory that this process has open, even if its path has changed: mount(8) must not resolve it. */
export const bindOpened = (opened: number, to: string): Promise<void> =>
  mount('--no-canonicalize', '--bind', `/proc/${process.pid}/fd/${opened}`, to);

export interface OverlayLayers {
  readonly lower: string;
  readonly upper: string;
  readonly work: string;
}

export const mountOverlay = ({ lower, upper, work }: OverlayLayers, to: string): Promise<void> =>
  mount('-t', 'overlay', '-o', `lowerdir=${lower},upperdir=${upper},workdir=${work}`, 'overlay', to);

async function mount(...args: readonly string[]): Promise<void> {
  requireSuccess(`mount ${args.join(' ')}`, await run('mount', args));
}
