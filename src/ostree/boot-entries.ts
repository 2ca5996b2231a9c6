/** What a boot loader would read of one entry: the Boot Loader Specification, type 1, as libostree writes it. */
export interface BootEntry {
  /** Of two entries the one with the higher number comes first; the first one is the default. */
  readonly version: number;
  /** The name and version of the operating system. */
  readonly title: string;
  /** The deployment's root as a path in the sysroot, through OSTree's boot links. */
  readonly root: string;
}

/** Reads one entry; nothing where it is not one of OSTree's. */
export function parseBootEntry(text: string): BootEntry | undefined {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, key, value] = /^(\S+)\s+(.*)$/.exec(line.trim()) ?? [];
    if (key !== undefined && value !== undefined) fields.set(key, value);
  }
  const root = /(?:^|\s)ostree=(\/\S+)/.exec(fields.get('options') ?? '')?.[1];
  if (root === undefined) return undefined;
  const title = (fields.get('title') ?? '').replace(/ \(ostree(:\S+)?\)$/, '');
  return { version: Number(fields.get('version') ?? 0), title, root };
}

/** In the order of the boot menu: the default first. */
export function bootOrder<Entry extends BootEntry>(entries: readonly Entry[]): Entry[] {
  return [...entries].sort((a, b) => b.version - a.version);
}

/** The same entry with another version, and so in another place of the order. */
export const withVersion = (text: string, version: number): string =>
  text.replace(/^version\s.*$/m, `version ${version}`);
