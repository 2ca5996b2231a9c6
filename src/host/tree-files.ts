// The only module that uses paths in a tree. The author of a tree can put a link, a pipe, a device or a socket
// at any name: nothing here follows or opens one.
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { Failure } from './failure.ts';
import { unlessMissing } from './node-files.ts';
import { shown } from './printable.ts';
import { namingFile } from './write-file.ts';

/** A tree that cannot be used. Names the path in the tree and the problem. */
export class UnfitTree extends Failure {
  constructor(path: string, wrong: string) {
    super(`${shown(absolute(path))} ${wrong}`);
    this.name = 'UnfitTree';
  }
}

/**
 * Returns the path on the host of a path in a tree. Resolves links as if the tree were the root, so that none leads out
 * of it; does not follow a link at the last name.
 */
export const inside = (root: string, path: string): string =>
  [root, ...resolve(root, dirname(path)), basename(path)].join('/');

/** Returns the path on the host of a directory in a tree; resolves links as if the tree were the root, and creates missing directories. */
export function directoryInside(root: string, path: string): string {
  const names = resolve(root, path);
  for (let depth = 1; depth <= names.length; depth += 1) {
    const part = names.slice(0, depth).join('/');
    const kind = kindOf(`${root}/${part}`);
    if (kind === undefined) makeDirectory(`${root}/${part}`);
    else if (kind !== 'directory') throw new UnfitTree(part, `is ${described(root, part)}, not a directory`);
  }
  return [root, ...names].join('/');
}

/** Like inside(), and creates the parent directories. */
export const placeInside = (root: string, path: string): string =>
  `${directoryInside(root, dirname(path))}/${basename(path)}`;

/** Refuses a tree in which a path is not a directory, or is reached through a link. */
export function requireDirectory(root: string, path: string): string {
  const names = namesOf(path);
  for (let depth = 1; depth <= names.length; depth += 1) {
    const part = names.slice(0, depth).join('/');
    const kind = kindOf(`${root}/${part}`);
    if (kind === undefined) throw new UnfitTree(part, 'is missing: this is not the tree of a system');
    if (kind !== 'directory')
      throw new UnfitTree(part, `is ${described(root, part)}, and has to be a directory`);
  }
  return [root, ...names].join('/');
}

export type FileKind = 'directory' | 'file' | 'link' | 'pipe' | 'socket' | 'device';

/** Returns the type of a path of the host, or undefined if it is missing; does not follow a link at its end. */
export function kindOf(path: string): FileKind | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat && kindIn(stat);
}

export const kindInside = (root: string, path: string): FileKind | undefined => kindOf(inside(root, path));

export const isFile = (path: string): boolean => kindOf(path) === 'file';
export const isDirectory = (path: string): boolean => kindOf(path) === 'directory';

/** Returns the sorted names in a directory of a tree; none if it is missing or not a directory. */
export const listInside = (root: string, path: string): string[] =>
  (unlessMissing(() => readdirSync([root, ...resolve(root, path)].join('/'))) ?? []).sort();

/** Returns the names in a directory of a tree. Refuses names that are not UTF-8: OSTree and Node cannot handle them. */
export function namesIn(directory: string): string[] {
  return readdirSync(directory, { encoding: 'buffer' }).map((bytes) => {
    const name = bytes.toString('utf8');
    if (Buffer.from(name).equals(bytes)) return name;
    throw new UnfitTree(bytes.toString('latin1'), 'is the name of a file and not UTF-8');
  });
}

/** Returns the text of a file of a tree; undefined if it is missing or not a file. */
export function readInside(root: string, path: string): string | undefined {
  return readBytesInside(root, path)?.toString('utf8');
}

export function readBytesInside(root: string, path: string): Buffer | undefined {
  const file = inside(root, path);
  if (!isFile(file)) return undefined;
  const descriptor = openFile(file, constants.O_RDONLY);
  try {
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Returns the beginning of a file of a tree, at most so many bytes; undefined if it is missing or not a file. */
export function beginningInside(root: string, path: string, most: number): string | undefined {
  const file = inside(root, path);
  if (!isFile(file)) return undefined;
  const descriptor = openFile(file, constants.O_RDONLY);
  try {
    const buffer = Buffer.alloc(most);
    return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, most, 0));
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Writes a file in a tree. Replaces anything else at its name; keeps owner and mode of an existing file. A file that has
 * other names is replaced by a new one: it may be an object of a repository.
 */
export function writeInside(root: string, path: string, content: string | Buffer): void {
  const file = placeInside(root, path);
  const there = isFile(file) ? lstatSync(file) : undefined;
  const isReplaced = there?.nlink !== 1;
  if (isReplaced) rmSync(file, { recursive: true, force: true });
  const descriptor = openFile(
    file,
    constants.O_WRONLY | (isReplaced ? constants.O_CREAT | constants.O_EXCL : 0),
  );
  try {
    if (isReplaced && there) fchownSync(descriptor, there.uid, there.gid);
    // Independent of the umask.
    if (isReplaced) fchmodSync(descriptor, there ? there.mode & 0o7777 : 0o644);
    ftruncateSync(descriptor);
    namingFile(file, () => writeFileSync(descriptor, content));
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Copies a file of one tree to the same path in another, with owner and mode; replaces anything there. A power cut leaves
 * all of it or nothing. The directory must exist.
 */
export function copyBetween(from: string, to: string, path: string): void {
  const source = openFile(inside(from, path), constants.O_RDONLY);
  const place = inside(to, path);
  const temporary = `${place}.new`;
  try {
    const { uid, gid, mode } = fstatSync(source);
    rmSync(temporary, { recursive: true, force: true });
    const target = openFile(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    try {
      namingFile(temporary, () => writeFileSync(target, readFileSync(source)));
      fchownSync(target, uid, gid);
      fchmodSync(target, mode & 0o7777);
      fsyncSync(target);
    } finally {
      closeSync(target);
    }
    renameSync(temporary, place);
  } finally {
    closeSync(source);
  }
}

/** Creates a link in a tree; replaces anything at its name. */
export function linkInside(root: string, path: string, target: string): void {
  const link = placeInside(root, path);
  rmSync(link, { recursive: true, force: true });
  symlinkSync(target, link);
}

/** Removes a path in a tree recursively. A no-op if it is missing. */
export const removeInside = (root: string, path: string): void =>
  rmSync(inside(root, path), { recursive: true, force: true });

/** Renames a file or directory in a tree. The new name may be a file or an empty directory. */
export function moveInside(root: string, from: string, to: string): void {
  const place = placeInside(root, to);
  if (isDirectory(place) && (!isDirectory(inside(root, from)) || readdirSync(place).length > 0))
    throw new UnfitTree(to, `is there beside ${absolute(from)}, which would have to replace it`);
  renameSync(inside(root, from), place);
}

/** Moves the content of one directory in a tree into another. Fails if both have the same name. */
export function moveContents(root: string, from: string, to: string): void {
  const source = requireResolved(root, from);
  const target = directoryInside(root, to);
  for (const name of readdirSync(source).sort()) {
    const [old, place] = [`${source}/${name}`, `${target}/${name}`];
    const there = kindOf(place);
    if (there === undefined) renameSync(old, place);
    else if (there === 'directory' && isDirectory(old))
      moveContents(root, `${from}/${name}`, `${to}/${name}`);
    else
      throw new UnfitTree(
        `${from}/${name}`,
        `is there beside ${shown(absolute(`${to}/${name}`))}: it is to be moved there`,
      );
  }
  rmSync(source, { recursive: true });
}

/** Opens a regular file. If it has been replaced meanwhile, this neither follows a link nor blocks. */
function openFile(file: string, flags: number, mode = 0o644): number {
  const { O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;
  const descriptor = openSync(file, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, mode);
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  throw new Error(`${file} was replaced while it was opened`);
}

/** Returns the components of a path in a tree with all links resolved, also the last one. Missing components stay. */
function resolve(root: string, path: string): string[] {
  const rest = path.split('/');
  let at: string[] = [];
  for (let links = 0; rest.length > 0; ) {
    const part = rest.shift() ?? '';
    if (part === '' || part === '.') continue;
    if (part === '..') {
      at.pop();
      continue;
    }
    const real = [root, ...at, part].join('/');
    if (kindOf(real) !== 'link') {
      at.push(part);
      continue;
    }
    links += 1;
    if (links > 40) throw new UnfitTree(path, 'has too many links on the way to it');
    const target = readlinkSync(real);
    if (target.startsWith('/')) at = [];
    rest.unshift(...target.split('/'));
  }
  return at;
}

function requireResolved(root: string, path: string): string {
  const directory = [root, ...resolve(root, path)].join('/');
  if (!isDirectory(directory)) throw new UnfitTree(path, 'is not a directory');
  return directory;
}

function makeDirectory(path: string): void {
  mkdirSync(path);
  // Independent of the umask.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  fchmodSync(descriptor, 0o755);
  closeSync(descriptor);
}

function kindIn(stat: Stats): FileKind {
  if (stat.isDirectory()) return 'directory';
  if (stat.isFile()) return 'file';
  if (stat.isSymbolicLink()) return 'link';
  if (stat.isFIFO()) return 'pipe';
  return stat.isSocket() ? 'socket' : 'device';
}

function described(root: string, path: string): string {
  const kind = kindOf(`${root}/${path}`);
  return kind === 'link' ? `a link to ${shown(readlinkSync(`${root}/${path}`))}` : `a ${kind}`;
}

const namesOf = (path: string): string[] => path.split('/').filter((name) => name !== '' && name !== '.');
const absolute = (path: string): string => `/${namesOf(path).join('/')}`;
