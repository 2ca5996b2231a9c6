import { once } from 'node:events';

/** Releases a lock. */
export type Release = () => void;

/**
 * Takes a lock on a file; returns undefined if it is held, or if the file has just been removed. A helper holds it as long as we live,
 * because Node has no flock(2). When we end, even if killed, the pipe that the helper reads is closed, which ends it.
 */
export const tryLock = (file: string): Promise<Release | undefined> => locked(file, ['--nonblock']);

/** Waits for a lock that others hold for moments only. Returns undefined if it is held for so many seconds. */
export const lockWithin = (seconds: number, file: string): Promise<Release | undefined> =>
  locked(file, [`--timeout=${seconds}`]);

async function locked(file: string, options: readonly string[]): Promise<Release | undefined> {
  // Loaded lazily: most programs never take a lock.
  const { spawn } = await import('node:child_process');
  // flock(1) opens the file as the first free descriptor.
  const command = ['sh', '-c', '[ /proc/self/fd/3 -ef "$0" ] && echo locked && exec cat', file];
  const child = spawn('flock', [...options, file, ...command], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [isLocked] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => [])]);
  if (isLocked === undefined) return undefined;
  child.stdout.resume();
  return () => child.stdin.end();
}
