// Finds missing units that a guest file names. systemd ignores most of them, so typing errors go unnoticed.
import type { Guest } from '../../config/guest.ts';
import type { Position, Problem } from '../../config/problem.ts';
import { Failure } from '../../host/failure.ts';
import { showUnits } from '../../host/systemctl.ts';

/** A unit that a guest file names. */
export interface NamedUnit {
  readonly key: string;
  readonly unit: string;
  readonly at: Position;
}

/** Returns the units that should have a file. Devices, mounts and the like appear and disappear while the host runs. */
export const namedUnits = ({ name, values }: Pick<Guest, 'name' | 'values'>): NamedUnit[] =>
  [...new Set(values.in('Unit').map(({ key }) => key))].flatMap((key) =>
    values.effective('Unit', key).flatMap(({ value, at }) =>
      value
        .split(/\s+/)
        .map((word) => word.replaceAll('%i', name))
        .filter((word) => /^[^%/]+\.(service|socket|target|timer|path)$/.test(word))
        .map((unit) => ({ key, unit, at })),
    ),
  );

/** Returns the problems of each guest, in the same order. Asks systemd once for all guests; without systemd there are none. */
export async function missingUnits(guests: readonly (Guest | undefined)[]): Promise<Problem[][]> {
  const named = guests.map((guest) => (guest ? namedUnits(guest) : []));
  const missing = await unknownTo([...new Set(named.flat().map(({ unit }) => unit))]);
  return named.map((units) => units.filter(({ unit }) => missing.has(unit)).map(problemOf));
}

async function unknownTo(units: readonly string[]): Promise<ReadonlySet<string>> {
  try {
    const shown = await showUnits(units, ['LoadState']);
    return new Set(units.filter((_, index) => shown[index]?.['LoadState'] === 'not-found'));
  } catch (error) {
    if (error instanceof Failure) return new Set();
    throw error;
  }
}

function problemOf({ key, unit, at }: NamedUnit): Problem {
  const message = `${key}=${unit}: there is no such unit on this host`;
  return { at, message, remedy: 'Correct the name, or remove it. All units: systemctl list-unit-files' };
}
