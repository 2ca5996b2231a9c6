import { attach } from './process.ts';

/** Opens a root login shell in a running machine, on our terminal: machinectl(1), shell. */
export function shellIn(machine: string): Promise<number> {
  return attach('machinectl', ['--quiet', 'shell', `root@${machine}`]);
}
