/**
 * The manual's description of a key. Functions beside the rows in keys/ answer it, which the bundles of the generator
 * leave out: it would load them at each start and never use them. Only keys that have one possible value need none.
 */
export interface Description {
  /** Describes the key in a line or two. */
  readonly help: string;
  readonly default?: string;
  /** The manual page with more details, such as `systemd.nspawn(5)`. */
  readonly manual?: string;
  /** The first version of systemd that has the key; older ones ignore it with a warning. */
  readonly since?: number;
  /** True if the key may be given more than once. Keys of systemd.nspawn(5) need no such mark. */
  readonly repeatable?: true;
}

/** The keys of a section, in the order of the manual. A string is the help alone. */
export type Descriptions = Readonly<Record<string, string | Description>>;

export const descriptionOf = (entry: string | Description): Description =>
  typeof entry === 'string' ? { help: entry } : entry;

/** Adds the manual page to each key of a section. */
export const from = (manual: string, section: Descriptions): Descriptions => withEach(section, { manual });

/** Marks keys that may be given more than once. */
export const repeatable = (section: Descriptions): Descriptions => withEach(section, { repeatable: true });

const withEach = (section: Descriptions, more: Partial<Description>): Descriptions =>
  Object.fromEntries(
    Object.entries(section).map(([name, entry]) => [name, { ...descriptionOf(entry), ...more }]),
  );
