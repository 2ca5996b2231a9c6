import type { Position } from './problem.ts';

/** One assignment, its specifiers expanded, with where its value was written. */
export interface Setting {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  readonly at: Position;
}

interface Section {
  readonly settings: Setting[];
  /** By key, the settings since the last empty assignment, which resets a list. */
  readonly effective: Map<string, Setting[]>;
}

const none: readonly never[] = [];

/** The settings of a guest by section and key, with systemd's rules for repetition. */
export class Values {
  readonly settings: readonly Setting[];
  readonly #sections = new Map<string, Section>();

  constructor(settings: readonly Setting[]) {
    this.settings = settings;
    for (const setting of settings) {
      const { settings: all, effective } = this.#section(setting.section);
      all.push(setting);
      const before = effective.get(setting.key);
      if (setting.value === '') effective.set(setting.key, []);
      else if (before) before.push(setting);
      else effective.set(setting.key, [setting]);
    }
  }

  #section(name: string): Section {
    const found = this.#sections.get(name);
    if (found) return found;
    const section = { settings: [], effective: new Map<string, Setting[]>() };
    this.#sections.set(name, section);
    return section;
  }

  has(section: string): boolean {
    return this.#sections.has(section);
  }

  /** All of a section as they were written, empty assignments included. */
  in(section: string): readonly Setting[] {
    return this.#sections.get(section)?.settings ?? none;
  }

  /** The settings since the last empty assignment, which resets a list. */
  effective(section: string, key: string): readonly Setting[] {
    return this.#sections.get(section)?.effective.get(key) ?? none;
  }

  all(section: string, key: string): string[] {
    return this.effective(section, key).map(({ value }) => value);
  }

  /** The setting that counts where there can be only one. */
  final(section: string, key: string): Setting | undefined {
    const settings = this.#sections.get(section)?.effective.get(key);
    return settings?.[settings.length - 1];
  }

  last(section: string, key: string): string | undefined {
    return this.final(section, key)?.value;
  }

  at(section: string, key: string): Position | undefined {
    return this.final(section, key)?.at;
  }
}
