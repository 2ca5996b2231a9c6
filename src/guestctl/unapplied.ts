// Finds what a guest file says and the machine does not follow yet.
import { readdirSync } from 'node:fs';
import type { Guest } from '../config/guest.ts';
import { generatedDirectory, runtimeOf } from '../config/paths.ts';
import type { Generated } from '../generator/generated.ts';
import { unitsOf } from '../generator/guest-units.ts';
import { readRegularFile, unlessMissing } from '../host/node-files.ts';
import { driver } from '../machine/driver.ts';
import { type Followed, isUnfollowed, treeOf } from '../state/followed.ts';
import { unlessDamaged } from '../state/state-file.ts';
import { stateFiles } from '../state/state-files.ts';

/** What has to be done until the machine is as its guest file says. */
export interface Unapplied {
  /** systemd has other units: `systemctl daemon-reload`. */
  readonly reload: boolean;
  /** The tree was made by another declaration: `guestctl update`. */
  readonly update: boolean;
  /** The machine was started with other options. */
  readonly reboot: boolean;
}

/** The drop-ins of guests, as the generator last wrote them. */
export interface UnitsOnDisk {
  /** The names of directories by guest. */
  readonly ofGuest: ReadonlyMap<string, readonly string[]>;
  readonly read: (path: string) => string | undefined;
}

/** Lists the directory once for all guests. */
export function unitsOnDisk(directory = generatedDirectory): UnitsOnDisk {
  const names = unlessMissing(() => readdirSync(directory)) ?? [];
  const ofGuest = new Map<string, string[]>();
  for (const name of names) {
    const guest = /@([^.]+)\.(?:service|timer)\.d$/.exec(name)?.[1];
    if (guest === undefined) continue;
    const known = ofGuest.get(guest);
    if (known) known.push(name);
    else ofGuest.set(guest, [name]);
  }
  return { ofGuest, read: (path) => readRegularFile(`${directory}/${path}`) };
}

/** Reads what a guest follows, and compares it with its file. */
export const unappliedOf = (guest: Guest, isUp: boolean, onDisk: UnitsOnDisk): Unapplied =>
  unapplied(guest, {
    onDisk,
    followed: unlessDamaged(() => stateFiles.followed.read(guest.name)),
    started: isUp ? readRegularFile(startedFile(guest.name)) : undefined,
  });

/** What a guest follows. */
export interface Following {
  readonly onDisk: UnitsOnDisk;
  readonly followed: Followed | undefined;
  /** The drop-in that the machine was started with; undefined if it is down, or an older version started it. */
  readonly started: string | undefined;
}

export function unapplied(guest: Guest, { onDisk, followed, started }: Following): Unapplied {
  const generated = unitsOf({ guest });
  return {
    reload: differs(guest.name, generated, onDisk),
    update: isUnfollowed(guest, followed),
    reboot: started !== undefined && commandOf(started) !== commandOf(textOf(generated, guest.name)),
  };
}

/** src/machine/nspawn/run-guest writes it. */
const startedFile = (guest: string): string => `${runtimeOf(guest)}/started.conf`;

function differs(guest: string, generated: readonly Generated[], onDisk: UnitsOnDisk): boolean {
  const dropIns = generated.filter((one) => 'text' in one);
  const wanted = dropIns.map(({ path }) => path.slice(0, path.indexOf('/')));
  const has = onDisk.ofGuest.get(guest) ?? [];
  if (wanted.some((name) => !has.includes(name)) || has.some((name) => !wanted.includes(name))) return true;
  return dropIns.some(({ path, text }) => onDisk.read(path) !== text);
}

function textOf(generated: readonly Generated[], guest: string): string {
  const dropIn = generated.find(({ path }) => path.startsWith(`${driver.unit(guest)}.d/`));
  return dropIn && 'text' in dropIn ? dropIn.text : '';
}

/** Compares two versions of a guest file: the machine, or its tree, follows only later. Unknown if the first had mistakes. */
export const unappliedBetween = (before: Guest | undefined, after: Guest): Unapplied => ({
  reload: false,
  update: !before || treeOf(before) !== treeOf(after),
  reboot: !before || commandOf(ownDropIn(before)) !== commandOf(ownDropIn(after)),
});

const ownDropIn = (guest: Guest): string => textOf(unitsOf({ guest }), guest.name);

/** Returns the lines that only a start reads. systemd applies limits and dependencies when it reloads its units. */
const commandOf = (dropIn: string): string =>
  dropIn
    .split('\n')
    .filter((line) => /^(Exec|LoadCredential|Nice|IOScheduling)/.test(line))
    .join('\n');
