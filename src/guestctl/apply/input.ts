// Reads the declarations that `guestctl apply` gets: a file, a directory, or a stream of files.
import { readdirSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { guestName } from '../../config/guest-name.ts';
import { Failure } from '../../host/failure.ts';
import { nodeFiles } from '../../host/node-files.ts';

/** The texts of declarations by their path below /etc/ostree-guests. */
export type Declarations = ReadonlyMap<string, string>;

const hint = 'Files are NAME.guest, NAME.build, and drop-ins: NAME.guest.d/*.conf, guest.d/*.conf';

/** Reads a file or a directory; `-` is standard input. */
export function readDeclarations(from: string, readInput: () => string): Declarations {
  const found = from === '-' ? splitStream(readInput()) : readPath(from);
  if (found.size === 0) throw new Failure(`${from} declares no guest and no build`, hint);
  for (const path of found.keys())
    if (!isDeclaration(path))
      throw new Failure(`${path} is neither a guest file, a build file nor a drop-in`, hint);
  return found;
}

function readPath(from: string): Declarations {
  if (!(statSync(from, { throwIfNoEntry: false })?.isDirectory() ?? false))
    return new Map([[basename(from), textOf(from)]]);
  const files = readdirSync(from).flatMap((name) =>
    name.endsWith('.d') ? nodeFiles.list(`${from}/${name}`).map((file) => `${name}/${file}`) : [name],
  );
  // Other files in the directory, such as a README, are none of ours.
  return new Map(
    files
      .filter(isDeclaration)
      .toSorted()
      .map((file) => [file, textOf(`${from}/${file}`)]),
  );
}

function textOf(file: string): string {
  const text = nodeFiles.read(file);
  if (text === undefined) throw new Failure(`There is no file ${file}`);
  return text;
}

/** Returns true for the path of a declaration below /etc/ostree-guests. */
function isDeclaration(path: string): boolean {
  const [, name] = /^([^/]+)\.(?:guest|build)(?:\.d\/[^/.][^/]*\.conf)?$/.exec(path) ?? [];
  return name === undefined ? /^(guest|build)\.d\/[^/.][^/]*\.conf$/.test(path) : guestName.test(name);
}

/** Splits a stream at lines that name the next file: `# mail.guest`, or with a path, as `systemctl cat` prints them. */
function splitStream(text: string): Declarations {
  const files = new Map<string, string>();
  let current: string | undefined;
  for (const line of text.split(/(?<=\n)/)) {
    const [, path] = /^# (?:\S*?\/)??((?:[^\s/]+\.d\/)?[^\s/]+\.(?:guest|build|conf))\s*$/.exec(line) ?? [];
    if (path !== undefined) {
      if (files.has(path)) throw new Failure(`${path} is given twice`);
      current = path;
      files.set(path, '');
    } else if (current !== undefined) files.set(current, files.get(current) + line);
    else if (line.trim() !== '')
      throw new Failure(
        'The input does not begin with the name of a file',
        'Write a line before it: # NAME.guest',
      );
  }
  return files;
}
