import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { stateDirectory } from '../../config/paths.ts';
import { driver } from '../../machine/driver.ts';

/** A process that holds a lock which updates and starts of guests wait for. */
export interface LockHolder {
  readonly pid: number;
  /** Its name: proc_pid_comm(5). */
  readonly command: string;
  /** The file that is locked. */
  readonly file: string;
}

/**
 * Returns processes outside of our units that hold locks of guests. No lock outlives its holder (flock(2), and F_OFD_SETLK
 * of fcntl(2)), so a stale lock means a hanging process.
 */
export function foreignHolders(proc = '/proc'): LockHolder[] {
  return numbers(proc).flatMap((pid) => {
    const files = new Set(numbers(`${proc}/${pid}/fd`).flatMap((fd) => lockedFile(`${proc}/${pid}`, fd)));
    if (files.size === 0 || isOurs(text(`${proc}/${pid}/cgroup`))) return [];
    const command = text(`${proc}/${pid}/comm`).trim();
    return [...files].map((file) => ({ pid, command, file }));
  });
}

/** Returns the file that a descriptor has locked, if it belongs to a guest: proc_pid_fdinfo(5). */
function lockedFile(process: string, fd: number): string[] {
  try {
    const file = readlinkSync(`${process}/fd/${fd}`);
    const isGuests = file.startsWith(`${stateDirectory}/`) && lockFile.test(file);
    return isGuests && /^lock:/m.test(text(`${process}/fdinfo/${fd}`)) ? [file] : [];
  } catch {
    // The descriptor was closed meanwhile.
    return [];
  }
}

/** Locks of libostree on sysroots and repositories, and our slots. */
const lockFile = /\/(ostree\/lock|repo\/\.lock|\.slots\/(turn-)?\d+)$/;

/** True for our steps, and for guests, whose own rpm-ostree locks their sysroot. */
const isOurs = (cgroup: string): boolean =>
  cgroup.includes(`/${guestUnits}`) || /\/(ostree-guest-\w+@|run-.*\.service)/.test(cgroup);

/** What the names of the units of guests begin with. */
const [guestUnits = ''] = driver.unit('*').split('*');

const numbers = (directory: string): number[] => {
  try {
    return readdirSync(directory)
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
};

const text = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};
