import type { Position } from './problem.ts';

/** One assignment, its specifiers expanded, with where its value was written. */
export interface Setting {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  readonly at: Position;
}

/** The settings of a guest by section and key, with systemd's rules for repetition. */
export class Values {
  readonly settings: readonly Setting[];

  constructor(settings: readonly Setting[]) {
    this.settings = settings;
  }

  has(section: string): boolean {
    return this.settings.some((setting) => setting.section === section);
  }

  /** The settings since the last empty assignment, which resets a list. */
  effective(section: string, key: string): Setting[] {
    const settings = this.settings.filter((setting) => setting.section === section && setting.key === key);
    return settings.slice(settings.findLastIndex(({ value }) => value === '') + 1);
  }

  all(section: string, key: string): string[] {
    return this.effective(section, key).map(({ value }) => value);
  }

  last(section: string, key: string): string | undefined {
    return this.effective(section, key).at(-1)?.value;
  }

  at(section: string, key: string): Position | undefined {
    return this.effective(section, key).at(-1)?.at;
  }
}
