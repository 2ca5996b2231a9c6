import { readdirSync, readFileSync } from 'node:fs';
import { Failure } from '../../host/failure.ts';
import { driver } from '../../machine/driver.ts';

/** Fails if anything runs from a stateroot of the host. */
export function requireVacant(stateroot: string): void {
  const [occupant] = occupantsOf(stateroot);
  if (occupant === undefined) return;
  throw new Failure(
    `'${stateroot}' is running (process ${occupant}, for one)`,
    `Stop it first: ${driver.words('poweroff', stateroot)}`,
  );
}

/** Returns the processes that run from a stateroot of the host, however they were started. */
function occupantsOf(stateroot: string): number[] {
  const own = readFileSync('/proc/self/mountinfo', 'utf8');
  const inside = `${sysrootOf(own).replace(/\/$/, '')}/ostree/deploy/${stateroot}/`;
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && runsFrom(inside, mountsOf(entry)))
    .map(Number);
}

/** True if the root or /var of a process is in this directory. */
export const runsFrom = (inside: string, mountinfo: string): boolean =>
  mounts(mountinfo).some(
    ({ root, point }) => (point === '/' || point === '/var') && `${root}/`.startsWith(inside),
  );

/** Returns the path of the host's physical root in its file system. */
export const sysrootOf = (mountinfo: string): string =>
  mounts(mountinfo).find(({ point }) => point === '/sysroot')?.root ?? '/';

/** proc_pid_mountinfo(5): the fourth field is what is mounted, as a path in its file system, the fifth is where. */
const mounts = (mountinfo: string): { root: string; point: string }[] =>
  mountinfo.split('\n').map((line) => {
    const [, , , root = '', point = ''] = line.split(' ');
    return { root, point };
  });

/** Processes end while they are looked at. */
function mountsOf(process: string): string {
  try {
    return readFileSync(`/proc/${process}/mountinfo`, 'utf8');
  } catch {
    return '';
  }
}
