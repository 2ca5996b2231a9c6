import type { Files } from './files.ts';
import { type Checked, type Guest, readGuest } from './guest.ts';
import type { Problem } from './problem.ts';

/** Where guest files are looked for; the first directory that has a name wins, as for units. */
export const searchPath: readonly string[] = [
  '/etc/ostree-guests',
  '/run/ostree-guests',
  '/usr/lib/ostree-guests',
];

const suffix = '.guest';

export interface Declared {
  readonly guests: readonly Guest[];
  readonly problems: readonly Problem[];
}

/** Reads all guest files, in the order of their names. One that is broken leaves the others alone. */
export function loadGuests(
  files: Pick<Files, 'list' | 'read'>,
  directories: readonly string[] = searchPath,
): Declared {
  const guests: Guest[] = [];
  const problems: Problem[] = [];
  for (const [name, file] of [...guestFiles(files, directories)].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const checked = loadFile(files, name, file);
    if (!checked) continue;
    if ('guest' in checked) guests.push(checked.guest);
    else problems.push(...checked.problems);
  }
  return { guests, problems };
}

/** One guest, by name; nothing where it is not declared or is masked. */
export function loadGuest(
  files: Pick<Files, 'list' | 'read'>,
  name: string,
  directories: readonly string[] = searchPath,
): Checked | undefined {
  const file = guestFiles(files, directories).get(name);
  return file ? loadFile(files, name, file) : undefined;
}

function guestFiles(files: Pick<Files, 'list'>, directories: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const directory of directories) {
    for (const entry of files.list(directory)) {
      const name = entry.slice(0, -suffix.length);
      if (entry.endsWith(suffix) && !found.has(name)) found.set(name, `${directory}/${entry}`);
    }
  }
  return found;
}

/** An empty file, or a link to /dev/null, masks the guest: systemd.unit(5). */
function loadFile(files: Pick<Files, 'read'>, name: string, file: string): Checked | undefined {
  let text: string | undefined;
  try {
    text = files.read(file);
  } catch (error) {
    const message = `Cannot be read: ${error instanceof Error ? error.message : error}`;
    return { problems: [{ at: { file, line: 1, column: 1 }, message }] };
  }
  return text ? readGuest(name, file, text) : undefined;
}
