import { type Guest, stateDirectory } from '../config/guest.ts';
import type { Setting } from './unit-text.ts';

/** Whether its sysroot is where the sandboxes of the templates do not reach. */
export const isElsewhere = ({ sysroot }: Guest): boolean => !sysroot.startsWith(`${stateDirectory}/`);

/** For [Unit] and [Service] of what works on that sysroot: a mount of its own, so that it shares no objects with others. */
export const needsMount = ({ sysroot }: Guest): Setting => ['RequiresMountsFor', sysroot];
export const isWritable = ({ sysroot }: Guest): Setting => ['ReadWritePaths', `-${sysroot}`];
