import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { stateDirectory } from '../../config/guest.ts';

/** A process that holds a lock which updates and starts of guests wait for. */
export interface LockHolder {
  readonly pid: number;
  /** Its name: proc_pid_comm(5). */
  readonly command: string;
  /** The file that is locked. */
  readonly file: string;
}

/**
 * Who holds locks of guests, other than their own units. None of these locks outlives its holder (flock(2), and F_OFD_SETLK
 * of fcntl(2)), so what is stale is a process that hangs.
 */
export function foreignHolders(proc = '/proc'): LockHolder[] {
  return numbers(proc).flatMap((pid) => {
    const files = new Set(numbers(`${proc}/${pid}/fd`).flatMap((fd) => lockedFile(`${proc}/${pid}`, fd)));
    if (files.size === 0 || isOurs(text(`${proc}/${pid}/cgroup`))) return [];
    const command = text(`${proc}/${pid}/comm`).trim();
    return [...files].map((file) => ({ pid, command, file }));
  });
}

/** What a file descriptor has locked, if that is a guest's: proc_pid_fdinfo(5). */
function lockedFile(process: string, fd: number): string[] {
  try {
    const file = readlinkSync(`${process}/fd/${fd}`);
    const isGuests = file.startsWith(`${stateDirectory}/`) && lockFile.test(file);
    return isGuests && /^lock:/m.test(text(`${process}/fdinfo/${fd}`)) ? [file] : [];
  } catch {
    // It was closed meanwhile.
    return [];
  }
}

/** Of a sysroot and of a repository, as libostree has them, and of those that update at the same time. */
const lockFile = /\/(ostree\/lock|repo\/\.lock|\.slots\/\d+)$/;

/** The steps of guests and builds, and guests themselves: their own rpm-ostree locks their sysroot. */
const isOurs = (cgroup: string): boolean =>
  /\/(ostree-guest-\w+@|systemd-nspawn@|run-.*\.service)/.test(cgroup);

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
