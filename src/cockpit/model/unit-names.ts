// The units of guests, builds and mirrors: their paths on the bus, and their control groups.

const prefix = '/org/freedesktop/systemd1/unit/';

/** Undoes the escaping of a path on the bus: `_2d` is `-`. */
const unescaped = (part: string): string =>
  part.replace(/_([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** Returns the unit of a path on the bus; undefined if it is no path of a unit. */
export const unitOfPath = (path: string): string | undefined =>
  path.startsWith(prefix) ? unescaped(path.slice(prefix.length)) : undefined;

/** Returns true for the units that belong to guests or builds. */
export const isOurs = (unit: string): boolean => /^(systemd-nspawn|ostree-guest-[a-z]+)@/.test(unit);

/** Returns the guest of a control group; undefined for others, and for guests of a guest. */
export const guestOfGroup = (group: string): string | undefined =>
  /^\/?(?:[^/]+\.slice\/)*systemd-nspawn@([^/]+)\.service$/.exec(group)?.[1];
