/**
 * What the manual says of a key. It is not in the schema, because the generator would read it at each start and never
 * need it. A key that is not described can only have the value that every guest has anyway.
 */
export interface Description {
  /** What the key is for, in a line or two. */
  readonly help: string;
  readonly default?: string;
  /** The manual that says more: `systemd.nspawn(5)`. Without one, ours is where it is described. */
  readonly manual?: string;
  /** The version of systemd that has it; older ones ignore it with a warning. */
  readonly since?: number;
  /** May be given more than once; an empty assignment forgets what came before. Of keys of systemd it is known. */
  readonly repeatable?: true;
}

/** By section and key, in the order of the manual; the help alone where there is nothing else to say. */
export type Descriptions = Readonly<Record<string, Section>>;
type Section = Readonly<Record<string, string | Description>>;

export const descriptionOf = (entry: string | Description): Description =>
  typeof entry === 'string' ? { help: entry } : entry;

/** Keys of a manual of systemd. */
export const from = (manual: string, section: Section): Section =>
  Object.fromEntries(
    Object.entries(section).map(([name, entry]) => [name, { ...descriptionOf(entry), manual }]),
  );
