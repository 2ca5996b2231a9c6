import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { unlessMissing } from '../node-files.ts';

/**
 * Where a path of a tree is on the host: as if the tree were the root, whatever its links say, so that who made
 * the tree cannot make us touch anything else. A link at the end is not followed.
 */
export function inside(root: string, path: string): string {
  const rest = dirname(path).split('/');
  let at: string[] = [];
  for (let links = 0; rest.length > 0; ) {
    const part = rest.shift() ?? '';
    if (part === '' || part === '.') continue;
    if (part === '..') {
      at.pop();
      continue;
    }
    const real = [root, ...at, part].join('/');
    if (!lstatSync(real, { throwIfNoEntry: false })?.isSymbolicLink()) {
      at.push(part);
      continue;
    }
    links += 1;
    if (links > 40) throw new Error(`${real}: too many links`);
    const target = readlinkSync(real);
    if (target.startsWith('/')) at = [];
    rest.unshift(...target.split('/'));
  }
  return [root, ...at, basename(path)].join('/');
}

/** The same, with the directories that lead there made. */
export function placeInside(root: string, path: string): string {
  const place = inside(root, path);
  mkdirSync(dirname(place), { recursive: true });
  return place;
}

/** The names in a directory of a tree, in order; none where it is none. */
export const listInside = (root: string, path: string): string[] =>
  (unlessMissing(() => readdirSync(dirname(inside(root, `${path}/.`)))) ?? []).sort();

/** The text of a file of a tree; nothing where there is none, or a link, or anything else. */
export function readInside(root: string, path: string): string | undefined {
  const file = inside(root, path);
  return isFile(file) ? readFileSync(file, 'utf8') : undefined;
}

export function writeInside(root: string, path: string, text: string): void {
  const file = placeInside(root, path);
  if (!isFile(file)) rmSync(file, { recursive: true, force: true });
  writeFileSync(file, text);
}

export const isFile = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
export const isDirectory = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
