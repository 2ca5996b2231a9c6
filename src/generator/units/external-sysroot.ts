import { type Guest, stateDirectory } from '../../config/guest.ts';

/** Whether its sysroot is where the sandboxes of the templates do not reach. */
export const isElsewhere = ({ sysroot }: Guest): boolean => !sysroot.startsWith(inside);
const inside = `${stateDirectory}/`;

/** For [Unit] and [Service] of what works on that sysroot: a mount of its own, so that it shares no objects with others. */
export const needsMount = ({ sysroot }: Guest): string => `RequiresMountsFor=${sysroot}`;
export const isSeen = ({ sysroot }: Guest): string => `BindPaths=-${sysroot}`;

/** To ask the systemd of a guest that has no user namespace, and so no root of its own. */
export const toEnter = 'CapabilityBoundingSet=CAP_SYS_PTRACE CAP_SETUID CAP_SETGID';
