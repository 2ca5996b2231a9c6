import { once } from 'node:events';

/** Gives a lock back. */
export type Release = () => void;

/**
 * Takes a lock on a file, or answers undefined if somebody else holds it, or has just removed the file. A helper holds it for as long as we live,
 * for Node has no flock(2): killed or not, our end closes the pipe that the helper reads, and that ends it.
 */
export async function tryLock(file: string): Promise<Release | undefined> {
  // Loaded where it is needed: most of what imports this file never takes a lock.
  const { spawn } = await import('node:child_process');
  // flock(1) leaves its file open as the first that is free.
  const command = ['sh', '-c', '[ /proc/self/fd/3 -ef "$0" ] && echo locked && exec cat', file];
  const child = spawn('flock', ['--nonblock', file, ...command], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [locked] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => [])]);
  if (locked === undefined) return undefined;
  child.stdout.resume();
  return () => child.stdin.end();
}
