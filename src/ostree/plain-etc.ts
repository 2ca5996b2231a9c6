// Old OSTree (2022.7, Debian 12) fails for a pipe or a socket in a directory that somebody made in /etc. Newer versions leave them
// out of the new /etc. So old OSTree is shown a copy without them; the /etc that it merges from stays as it is.
import { runConfined, treeCapabilities } from '../host/confined.ts';
import { copyOptions } from '../host/copy-tree.ts';
import type { Finished } from '../host/process.ts';
import { removeTree } from '../host/tree-removal.ts';
import type { EtcView } from './deploy-service.ts';

/** Returns true if OSTree failed for a file that is neither a regular file, a link nor a directory. */
export const stumbles = ({ stderr }: Pick<Finished, 'stderr'>): boolean =>
  /[Nn]on-regular|not a regular file/.test(stderr);

const copyIn = (sysroot: string): string => `${sysroot}/next.etc`;

/** Removes the copy that an interrupted run may have left. */
export const dropPlainEtc = (sysroot: string): Promise<void> => removeTree(copyIn(sysroot));

/** Deploys with a copy of the /etc to merge from, without pipes and sockets. Returns the failure if it cannot be copied. */
export async function withPlainEtc(
  sysroot: string,
  of: string,
  run: (etc: EtcView) => Promise<Finished>,
): Promise<Finished> {
  const copy = copyIn(sysroot);
  try {
    const copied = await copyPlain(sysroot, of, copy);
    return copied.exitCode === 0 ? await run({ of, copy }) : copied;
  } finally {
    await dropPlainEtc(sysroot);
  }
}

/** Copies in a confined process: if /etc is a link, it leads nowhere there. Fails for devices, which it may not make. */
function copyPlain(sysroot: string, from: string, to: string): Promise<Finished> {
  const confinement = {
    name: `plain-etc-${process.pid}`,
    writable: [sysroot],
    timeLimit: '30min',
    capabilities: [...treeCapabilities, 'CAP_SYS_ADMIN'],
  };
  const script = `cp ${copyOptions('auto').join(' ')} -- "$1/." "$2" &&
find "$2" -xdev \\( -type p -o -type s \\) -delete`;
  return runConfined(confinement, ['sh', '-c', script, 'sh', from, to]);
}
