import { rmSync } from 'node:fs';
import { kindOf, namesIn } from '../host/tree-files.ts';

/**
 * Removes pipes, sockets and devices: OSTree cannot store them, and programs create those that they need. Calls back with each,
 * once it is gone.
 */
export function dropSpecialFiles(
  directory: string,
  dropped: (directory: string, name: string) => void = () => {},
): void {
  for (const name of namesIn(directory)) {
    const kind = kindOf(`${directory}/${name}`);
    if (kind === 'directory') dropSpecialFiles(`${directory}/${name}`, dropped);
    else if (kind !== 'file' && kind !== 'link') {
      rmSync(`${directory}/${name}`, { force: true });
      dropped(directory, name);
    }
  }
}
