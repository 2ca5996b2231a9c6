import { readFileSync } from 'node:fs';
import { unlessMissing } from '../../host/node-files.ts';
import type { HostLimits } from './limits-rule.ts';

/** Reads the limits of the host: proc_sys_fs(5), proc_sys_kernel(5), proc_meminfo(5). */
export const readLimits = (): HostLimits => ({
  inotifyInstances: parameter('fs/inotify/max_user_instances'),
  inotifyOfPackage: numberIn(
    '/usr/lib/sysctl.d/50-ostree-guests.conf',
    /^fs\.inotify\.max_user_instances\s*=\s*(\d+)/m,
    0,
  ),
  // A kernel without user namespaces does not have the file.
  userNamespaces: parameter('user/max_user_namespaces', 0),
  terminals: {
    most: parameter('kernel/pty/max'),
    reserve: parameter('kernel/pty/reserve', 0),
    inUse: parameter('kernel/pty/nr', 0),
  },
  tasks: tasks(),
  memory: kilobytes('MemAvailable', Number.POSITIVE_INFINITY) + kilobytes('SwapFree', 0),
});

/** Returns the lower one of the two limits, and how many processes and threads there are: proc_loadavg(5). */
function tasks(): HostLimits['tasks'] {
  const [threads, pids] = [parameter('kernel/threads-max'), parameter('kernel/pid_max')];
  return {
    ...(pids < threads
      ? { parameter: 'kernel.pid_max', most: pids }
      : { parameter: 'kernel.threads-max', most: threads }),
    inUse: numberIn('/proc/loadavg', /\/(\d+)/, 0),
  };
}

const parameter = (name: string, unknown = Number.POSITIVE_INFINITY): number =>
  numberIn(`/proc/sys/${name}`, /(\d+)/, unknown);

const kilobytes = (name: string, unknown: number): number =>
  1024 * numberIn('/proc/meminfo', new RegExp(`^${name}:\\s*(\\d+)`, 'm'), unknown);

/** Returns the number that a pattern finds in a file; `unknown` if the file is missing or says something else. */
function numberIn(file: string, pattern: RegExp, unknown: number): number {
  const [, found] = pattern.exec(unlessMissing(() => readFileSync(file, 'utf8')) ?? '') ?? [];
  return found === undefined ? unknown : Number(found);
}
