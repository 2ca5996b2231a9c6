import { type Guest, stateDirectory } from '../../config/guest.ts';

/** True if the sysroot is outside of the sandboxes of the templates. */
export const isElsewhere = ({ sysroot }: Guest): boolean => !sysroot.startsWith(inside);
const inside = `${stateDirectory}/`;

/** Settings for units that work on that sysroot. */
export const needsMount = ({ sysroot }: Guest): string => `RequiresMountsFor=${sysroot}`;
export const isSeen = ({ sysroot }: Guest): string => `BindPaths=-${sysroot}`;

/** Rights to ask the systemd of a guest without a user namespace. */
export const toEnter = 'CapabilityBoundingSet=CAP_SYS_PTRACE CAP_SETUID CAP_SETGID';
