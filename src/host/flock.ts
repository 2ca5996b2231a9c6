import { once } from 'node:events';

/** Releases a lock. */
export type Release = () => void;

/**
 * Takes a lock on a file; returns undefined if it is held, or if the file has just been removed. A helper holds it as long as we live,
 * because Node has no flock(2). When we end, even if killed, the pipe that the helper reads is closed, which ends it.
 */
export async function tryLock(file: string): Promise<Release | undefined> {
  // Loaded lazily: most programs never take a lock.
  const { spawn } = await import('node:child_process');
  // flock(1) opens the file as the first free descriptor.
  const command = ['sh', '-c', '[ /proc/self/fd/3 -ef "$0" ] && echo locked && exec cat', file];
  const child = spawn('flock', ['--nonblock', file, ...command], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [locked] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => [])]);
  if (locked === undefined) return undefined;
  child.stdout.resume();
  return () => child.stdin.end();
}
