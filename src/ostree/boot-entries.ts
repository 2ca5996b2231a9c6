/** A boot entry: the Boot Loader Specification, type 1, as libostree writes it. */
export interface BootEntry {
  /** Entries with higher numbers come first; the first one is the default. */
  readonly version: number;
  /** The name and version of the operating system. */
  readonly title: string;
  /** The deployment's root as a path in the sysroot, through OSTree's boot links. */
  readonly root: string;
}

/** The reason why an entry of OSTree is refused. */
export interface WrongEntry {
  readonly wrong: string;
}

/**
 * Reads one entry; undefined if it is not one of OSTree's. libostree copies the version of a commit into the title, so an
 * entry can have any line that the author of a tree wants. It must name its root exactly once.
 * src/steps/boot/power-on has the same rule.
 */
export function parseBootEntry(text: string): BootEntry | WrongEntry | undefined {
  const fields = text.split('\n').map((line) => line.replace(/^[ \t]+|[ \t]+$/g, '').split(/[ \t]+/));
  const linesOf = (key: string) => fields.filter(([name]) => name === key).map(([, ...words]) => words);
  const options = linesOf('options');
  const roots = options.flat().filter((word) => word.startsWith('ostree='));
  const root = roots[0]?.slice('ostree='.length);
  if (root === undefined) return undefined;
  const version = linesOf('version').map((words) => words.join(' '));
  if (options.length > 1 || roots.length > 1) return { wrong: 'it names more than one deployment' };
  if (version.length !== 1 || !/^\d{1,10}$/.test(version[0] ?? ''))
    return { wrong: 'it has not one version' };
  if (!root.startsWith('/')) return { wrong: `${root} is not an absolute path` };
  const title = linesOf('title')[0]?.join(' ') ?? '';
  return { version: Number(version[0]), title: title.replace(/ \(ostree(:\S+)?\)$/, ''), root };
}

/** Sorts entries like a boot menu: the default first. */
export function bootOrder<Entry extends BootEntry>(entries: readonly Entry[]): Entry[] {
  return [...entries].sort((a, b) => b.version - a.version);
}

/** Returns an entry with another version, and so at another position. */
export const withVersion = (text: string, version: number): string =>
  text.replace(/^version\s.*$/m, `version ${version}`);
