import { readFileSync } from 'node:fs';
import { ostreeRuntime } from '../../config/paths.ts';
import { Failure } from '../../host/failure.ts';

/**
 * Fails if /run/ostree is the host's own: libostree would take the host's staged deployment
 * for one of the guest's. The unit makes it private. If it is not, the program was not started by its unit, or
 * somebody has removed the sandbox.
 */
export function requirePrivateRun(unit: string): void {
  if (hasPrivateRun(readFileSync('/proc/self/mountinfo', 'utf8'))) return;
  const remedy = `Start it by its unit: systemctl start ${unit}; systemctl cat shows what that consists of`;
  throw new Failure(`${unit} is not isolated from the host (it has no ${ostreeRuntime} of its own)`, remedy);
}

/** proc_pid_mountinfo(5): the fifth field is the mount point, the one after the lone "-" the type. */
export function hasPrivateRun(mountinfo: string): boolean {
  return mountinfo.split('\n').some((line) => {
    const fields = line.split(' ');
    return fields[4] === ostreeRuntime && fields[fields.indexOf('-') + 1] === 'tmpfs';
  });
}
