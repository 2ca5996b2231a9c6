import type { Guest } from '../../config/guest.ts';
import { stateDirectory } from '../../config/paths.ts';

/** True if the sysroot is outside of the sandboxes of the templates. */
export const hasExternalSysroot = ({ sysroot }: Guest): boolean => !sysroot.startsWith(inside);
const inside = `${stateDirectory}/`;

/** Settings for units that work on that sysroot. */
export const requireSysrootMount = ({ sysroot }: Guest): string => `RequiresMountsFor=${sysroot}`;
export const bindSysroot = ({ sysroot }: Guest): string => `BindPaths=-${sysroot}`;
