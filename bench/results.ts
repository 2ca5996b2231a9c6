// What the bench finds out, as it is written down in JSON.
import { differencesOf, ratiosOf, type Spread, spreadOf } from './statistics.ts';

export interface Results {
  /** Of the scenario. */
  readonly name: string;
  readonly date: string;
  /** The load average of the machine when it began. */
  readonly load: number;
  readonly machine: Machine;
  readonly rows: readonly Row[];
  readonly costs?: readonly Cost[];
}

/** What it ran on: the name of a part, and what that is. */
export type Machine = Readonly<Record<string, string>>;

/** What a generator costs with a number of guests, or of files or lines that declare as much. */
export interface Cost {
  readonly guests: number;
  readonly program: string;
  readonly milliseconds: Spread;
  readonly samples: readonly number[];
  readonly peakKiB: number;
  /** Files and links that it makes. */
  readonly files: number;
}

/** A promise, and what was measured of it. */
export interface Row {
  readonly what: string;
  readonly unit: string;
  readonly ours: Figure;
  readonly peer?: Figure;
  /** Ours in proportion to the peer's, or how much more it is, by `target.is`; of those of the same round. */
  readonly compared?: Spread;
  readonly target?: Target;
  readonly met?: boolean;
}

export interface Figure {
  readonly name: string;
  readonly value: Spread;
  readonly samples: readonly number[];
}

export interface Target {
  readonly is: 'times' | 'more' | 'at most';
  readonly limit: number;
}

export interface Measured {
  readonly name: string;
  readonly samples: readonly number[];
}

/** A row of what was measured. Whether the target is met is said of the median. */
export function row(what: string, unit: string, ours: Measured, target?: Target, peer?: Measured): Row {
  const compare = target?.is === 'times' ? ratiosOf : differencesOf;
  const compared = peer && spreadOf(compare(ours.samples, peer.samples));
  const decides = compared ?? spreadOf(ours.samples);
  return {
    what,
    unit,
    ours: figure(ours),
    ...(peer && { peer: figure(peer) }),
    ...(compared && { compared }),
    ...(target && { target, met: decides.median <= target.limit }),
  };
}

const figure = (measured: Measured): Figure => ({ ...measured, value: spreadOf(measured.samples) });
