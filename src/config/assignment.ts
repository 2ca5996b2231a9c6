import type { Line } from './line.ts';
import { keyPlace, valuePlace } from './positions.ts';
import type { Position } from './problem.ts';

/** One `Key=Value` of a section, as written. Its position is computed lazily; only diagnostics need it. */
export class Assignment {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  private readonly line: Line;

  constructor(section: string, key: string, value: string, line: Line) {
    this.section = section;
    this.key = key;
    this.value = value;
    this.line = line;
  }

  get keyAt(): Position {
    return keyPlace(this.line);
  }

  /** Returns the position of the value. */
  get at(): Position {
    return this.valueAt();
  }

  /** Returns the position of a character of the value. */
  valueAt(offset = 0): Position {
    return valuePlace(this.line, offset);
  }

  /** Returns this assignment with another value. */
  with(value: string): Assignment {
    return new Assignment(this.section, this.key, value, this.line);
  }
}
