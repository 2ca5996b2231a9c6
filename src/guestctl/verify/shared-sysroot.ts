// Two guests in one directory would boot each other's deployments, and one would be deleted with the other.
import { dirname } from 'node:path';
import { type Guest, placeOf } from '../../config/guest.ts';
import { type DeclaredGuests, loadGuests } from '../../config/load.ts';
import { stateOf } from '../../config/paths.ts';
import { topOf } from '../../config/positions.ts';
import type { Problem } from '../../config/problem.ts';
import { Failure } from '../../host/failure.ts';
import { nodeFiles } from '../../host/node-files.ts';
import { realPlace } from '../../host/real-place.ts';
import { grouped } from '../grouped.ts';

/** A guest that need not be declared yet. */
export type Housed = Pick<Guest, 'name' | 'sysroot'>;

/** A directory of a guest that is one of another guest, inside of it, or above it. */
export interface Shared {
  readonly mine: string;
  readonly theirs: string;
  readonly other: Guest;
}

interface Place {
  readonly path: string;
  readonly guest: Guest;
}

/** The directories of all guests, without links on the way. They are read once, so that not every guest is compared with every other. */
export class GuestPlaces {
  readonly #at: ReadonlyMap<string, readonly Place[]>;
  readonly #below: ReadonlyMap<string, readonly Place[]>;
  readonly #resolve: (path: string) => string;

  /** `resolve` is for tests. */
  constructor({ guests, broken }: DeclaredGuests, resolve = realPlace) {
    this.#resolve = resolve;
    // A guest whose file has mistakes still has its directories.
    const all = [...guests, ...broken.flatMap(({ rest }) => rest?.() ?? [])];
    const places = all.flatMap((guest) => placesOf(guest).map((path) => ({ path, guest })));
    const real = places.map((place) => [resolve(place.path), place] as const);
    this.#at = grouped(real);
    this.#below = grouped(
      real.flatMap(([path, place]) => above(path).map((directory) => [directory, place])),
    );
  }

  sharedBy(guest: Housed): Shared | undefined {
    for (const mine of placesOf(guest)) {
      const other = this.#near(this.#resolve(mine)).find((one) => one.guest.name !== guest.name);
      if (other) return { mine, theirs: other.path, other: other.guest };
    }
    return undefined;
  }

  #near(path: string): Place[] {
    const around = [path, ...above(path)].flatMap((directory) => this.#at.get(directory) ?? []);
    return [...around, ...(this.#below.get(path) ?? [])];
  }
}

/** Returns the directories that are deleted with a guest. */
const placesOf = ({ name, sysroot }: Housed): string[] => [sysroot, stateOf(name)];

/** Returns the directories above a directory. */
function above(directory: string): string[] {
  const parent = dirname(directory);
  return parent === directory ? [] : [parent, ...above(parent)];
}

export const sharedWords = ({ mine, theirs, other }: Shared): string =>
  `${mine} is shared with ${other.name} (${theirs})`;

const notOwn = (shared: Shared): string => `${sharedWords(shared)}: each guest needs a directory of its own`;

/** Checks whether a guest shares a directory with another one. */
export function sharedSysroot(guest: Guest, places: GuestPlaces): Problem[] {
  const shared = places.sharedBy(guest);
  if (!shared) return [];
  const named = guest.values.at('Guest', 'Sysroot');
  const message = notOwn(shared);
  const remedy = named
    ? 'Name another directory, or remove Sysroot='
    : `Name another directory in ${placeOf(shared.other, 'Guest', 'Sysroot')}`;
  return [{ at: named ?? topOf(guest.file), message, remedy }];
}

/** Fails if a guest that is about to get these directories would share one. `before`: the name that it has now. */
export function requireOwnPlaces(guest: Housed, before?: string): void {
  const { guests, broken } = loadGuests(nodeFiles);
  const isOther = ({ name }: { readonly name: string }) => name !== before;
  const places = new GuestPlaces({ guests: guests.filter(isOther), broken: broken.filter(isOther) });
  const shared = places.sharedBy(guest);
  if (shared)
    throw new Failure(
      notOwn(shared),
      `Give ${shared.other.name} another one: ${placeOf(shared.other, 'Guest', 'Sysroot')}`,
    );
}
