// Reads the declarations that `guestctl apply` gets: a file, a directory, or a stream of files.
import { readdirSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { guestName } from '../../config/guest-name.ts';
import { declarationKinds } from '../../config/search.ts';
import { codeOf, Failure, messageOf } from '../../host/failure.ts';
import { nodeFiles } from '../../host/node-files.ts';

/** The texts of declarations by their path below /etc/ostree-guests. */
export type Declarations = ReadonlyMap<string, string>;

const hint =
  'Files are NAME.guest, NAME.build, NAME.mirror, and drop-ins: NAME.guest.d/*.conf, guest.d/*.conf';

/** Reads a file or a directory; `-` is standard input. */
export function readDeclarations(from: string, readInput: () => string): Declarations {
  const found = from === '-' ? splitStream(readInput()) : readPath(from);
  if (found.size === 0) throw new Failure(`${from} declares no guest, no build and no mirror`, hint);
  for (const path of found.keys())
    if (!isDeclaration(path))
      throw new Failure(`${path} is neither a guest file, a build file, a mirror file nor a drop-in`, hint);
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
  const text = readText(file);
  if (text === undefined) throw new Failure(`There is no file ${file}`);
  return text;
}

function readText(file: string): string | undefined {
  try {
    return nodeFiles.read(file);
  } catch (error) {
    // A pipe, a directory, or a very large file: the kernel has no code for these.
    if (codeOf(error) !== undefined) throw error;
    throw new Failure(`${file} cannot be read: ${messageOf(error)}`);
  }
}

/** Returns true for the path of a declaration below /etc/ostree-guests. */
function isDeclaration(path: string): boolean {
  const [, name] = ofOne.exec(path) ?? [];
  return name === undefined ? ofAll.test(path) : guestName.test(name);
}

const kinds = declarationKinds.join('|');
const ofOne = new RegExp(`^([^/]+)\\.(?:${kinds})(?:\\.d/[^/.][^/]*\\.conf)?$`);
const ofAll = new RegExp(`^(?:${kinds})\\.d/[^/.][^/]*\\.conf$`);

/** The first line of each file in a stream. */
const nameLine = /^# FileName=(\S+)$/;
const separator = '---';

/**
 * Splits a stream as podman(1) does with a file of Quadlets: `---` between files, and a name as the first line of each. A name anywhere
 * else is refused: two files would become one.
 */
function splitStream(text: string): Declarations {
  const files = new Map<string, string>();
  let current: string | undefined;
  for (const [index, line] of text.split(/(?<=\n)/).entries()) {
    const bare = line.replace(/\n$/, '');
    const name = nameLine.exec(bare)?.[1];
    const at = `Line ${index + 1} of the input`;
    if (current === undefined) {
      if (name === undefined) throw new Failure(`${at} must be the name of a file`, nameHint);
      if (files.has(name)) throw new Failure(`${at}: ${name} is given twice`);
      current = name;
      files.set(name, '');
    } else if (bare === separator) current = undefined;
    else if (name !== undefined)
      throw new Failure(`${at} begins another file`, `Write a line before it: ${separator}`);
    else files.set(current, files.get(current) + line);
  }
  if (current === undefined && files.size > 0)
    throw new Failure(`The input ends with ${separator}: a file seems to be missing`, nameHint);
  return files;
}

const nameHint = 'Write it as: # FileName=NAME.guest';
