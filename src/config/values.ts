import type { Position } from './problem.ts';

/** One assignment with its specifiers expanded, and the position of its value. */
export interface Setting {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  readonly at: Position;
}

const none: readonly never[] = [];

/** The settings of a guest by section and key, with systemd's rules for repetition. */
export class Values {
  readonly settings: readonly Setting[];
  private readonly sections = new Map<string, Setting[]>();

  constructor(settings: readonly Setting[]) {
    this.settings = settings;
    for (const setting of settings) {
      const section = this.sections.get(setting.section);
      if (section) section.push(setting);
      else this.sections.set(setting.section, [setting]);
    }
  }

  /** Only the settings of these keys, SECTION.KEY, and of these sections. */
  only(names: readonly string[]): Values {
    const isNamed = ({ section, key }: Setting) =>
      names.includes(section) || names.includes(`${section}.${key}`);
    return new Values(this.settings.filter(isNamed));
  }

  has(section: string): boolean {
    return this.sections.has(section);
  }

  /** Returns all settings of a section, also empty assignments. */
  in(section: string): readonly Setting[] {
    return this.sections.get(section) ?? none;
  }

  /** Returns the settings since the last empty assignment, which resets a list. */
  effective(section: string, key: string): Setting[] {
    let found: Setting[] = [];
    if (!this.final(section, key)) return found;
    for (const setting of this.in(section)) {
      if (setting.key !== key) continue;
      if (setting.value === '') found = [];
      else found.push(setting);
    }
    return found;
  }

  all(section: string, key: string): string[] {
    return this.effective(section, key).map(({ value }) => value);
  }

  /** Returns the effective setting of a key that has one value. */
  final(section: string, key: string): Setting | undefined {
    const settings = this.sections.get(section);
    if (!settings) return undefined;
    for (let i = settings.length - 1; i >= 0; i -= 1) {
      const setting = settings[i];
      if (setting?.key === key) return setting.value === '' ? undefined : setting;
    }
    return undefined;
  }

  last(section: string, key: string): string | undefined {
    return this.final(section, key)?.value;
  }

  at(section: string, key: string): Position | undefined {
    return this.final(section, key)?.at;
  }
}
