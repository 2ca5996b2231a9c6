// lazy: QuickJS reads this file when one of its functions is called.
import type { Files } from './file-port.ts';

/** Returns the hostname of the host, from the kernel. */
export const hostnameOf = (files: Pick<Files, 'read'>): string =>
  files.read('/proc/sys/kernel/hostname')?.trim() || 'localhost';
