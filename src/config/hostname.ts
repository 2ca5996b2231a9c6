// lazy: QuickJS reads this file when one of its functions is called.
import type { Files } from './file-port.ts';

/** The host's, as the kernel has it. */
export const hostnameOf = (files: Pick<Files, 'read'>): string =>
  files.read('/proc/sys/kernel/hostname')?.trim() || 'localhost';
