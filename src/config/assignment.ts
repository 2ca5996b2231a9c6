import type { Line } from './line.ts';
import { keyPlace, valuePlace } from './positions.ts';
import type { Position } from './problem.ts';

/** One `Key=Value` of a section, as written. Where that is, is worked out when somebody asks: hardly ever. */
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

  /** The place of the value. */
  get at(): Position {
    return this.valueAt();
  }

  /** The place of a character of the value. */
  valueAt(offset = 0): Position {
    return valuePlace(this.line, offset);
  }

  /** The same with another value. */
  with(value: string): Assignment {
    return new Assignment(this.section, this.key, value, this.line);
  }
}
