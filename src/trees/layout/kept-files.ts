import { readlinkSync } from 'node:fs';
import { isObject, isText, listOf } from '../../host/json-fields.ts';
import {
  inside,
  kindOf,
  linkInside,
  readBytesInside,
  removeInside,
  writeInside,
} from '../../host/tree-files.ts';

/** Files of a tree before a container changed them for itself. Can be written as JSON. */
export type KeptFiles = readonly (readonly [path: string, was: Kept])[];
type Kept = { readonly link: string } | { readonly base64: string } | null;

const isKept = (value: unknown): value is Kept =>
  value === null || (isObject(value) && (isText(value['link']) || isText(value['base64'])));

export const isKeptFiles: (value: unknown) => value is KeptFiles = listOf(
  (one): one is readonly [string, Kept] =>
    Array.isArray(one) && one.length === 2 && isText(one[0]) && isKept(one[1]),
);

export const keepFiles = (root: string, paths: readonly string[]): KeptFiles =>
  paths.map((path) => [path, keep(root, path)] as const);

function keep(root: string, path: string): Kept {
  const file = inside(root, path);
  if (kindOf(file) === 'link') return { link: readlinkSync(file) };
  const content = readBytesInside(root, path);
  return content ? { base64: content.toString('base64') } : null;
}

export function restoreFiles(root: string, kept: KeptFiles): void {
  for (const [path, was] of kept) {
    removeInside(root, path);
    if (was && 'link' in was) linkInside(root, path, was.link);
    else if (was) writeInside(root, path, Buffer.from(was.base64, 'base64'));
  }
}
