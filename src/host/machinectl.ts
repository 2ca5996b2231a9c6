import { attach } from './process.ts';

/** A login shell of root's in a running machine, on our terminal: machinectl(1), shell. */
export function shellIn(machine: string): Promise<number> {
  return attach('machinectl', ['--quiet', 'shell', `root@${machine}`]);
}
