// Finds changes of a guest file that its machine does not follow yet.
import type { Guest } from '../config/guest.ts';
import type { Generated } from '../generator/generated.ts';
import { unitsOf } from '../generator/guest-units.ts';
import { driver } from '../machine/driver.ts';
import { treeOf } from '../state/followed.ts';

/** The steps until a machine follows its guest file. */
export interface Unapplied {
  /** systemd has other units: `systemctl daemon-reload`. */
  readonly reload: boolean;
  /** The tree was made by another declaration: `guestctl update`. */
  readonly update: boolean;
  /** The machine was started with other options or credentials. */
  readonly reboot: boolean;
}

export const nothingUnapplied: Unapplied = { reload: false, update: false, reboot: false };

/** The units that a guest follows. */
export interface UnitsOfGuest {
  /** The drop-ins that the generator last wrote, by their paths. */
  readonly dropIns: ReadonlyMap<string, string>;
  /** The drop-in that the machine was started with; undefined if it is down, or an older version started it. */
  readonly started: string | undefined;
}

/** Compares a guest file with the units that the guest follows. */
export function unappliedUnits(
  guest: Guest,
  { dropIns, started }: UnitsOfGuest,
): Pick<Unapplied, 'reload' | 'reboot'> {
  const generated = dropInsOf(unitsOf({ guest }));
  return {
    reload:
      generated.size !== dropIns.size || [...generated].some(([path, text]) => dropIns.get(path) !== text),
    reboot: started !== undefined && isOtherCommand(started, generated.get(mainDropIn(guest.name)) ?? ''),
  };
}

/** Compares two versions of a guest file. Unknown if the first had mistakes: then all is to be done. */
export const unappliedBetween = (before: Guest | undefined, after: Guest): Unapplied => ({
  reload: false,
  update: !before || treeOf(before) !== treeOf(after),
  reboot: !before || isOtherCommand(ownDropIn(before), ownDropIn(after)),
});

const ownDropIn = (guest: Guest): string => dropInsOf(unitsOf({ guest })).get(mainDropIn(guest.name)) ?? '';

/** The path of the drop-in of the guest's own unit. */
export const mainDropIn = (guest: string): string => `${driver.unit(guest)}.d/50-guest.conf`;

const dropInsOf = (generated: readonly Generated[]): ReadonlyMap<string, string> =>
  new Map(generated.flatMap((one) => ('text' in one ? [[one.path, one.text] as const] : [])));

/** True if two drop-ins differ in lines that need a start. systemd applies limits and dependencies when it reloads. */
export const isOtherCommand = (one: string, other: string): boolean => commandOf(one) !== commandOf(other);

const commandOf = (dropIn: string): string =>
  dropIn
    .split('\n')
    .filter((line) => /^(Exec|LoadCredential|Nice|IOScheduling)/.test(line))
    .join('\n');
