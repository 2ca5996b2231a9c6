import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { stateDirectory } from '../config/guest.ts';
import { syncDirectory, writeAtomically } from '../host/atomic-file.ts';
import { Failure } from '../host/failure.ts';
import { isThere, unlessMissing } from '../host/node-files.ts';

/** A file of what is known of a guest and not OSTree's own. */
export const stateFile = (guest: string, name: string): string => `${stateDirectory}/${guest}/${name}`;

export function readJson<T>(file: string): T | undefined {
  const text = isThere(file) ? unlessMissing(() => readFileSync(file, 'utf8')) : undefined;
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new Failure(`${file} is damaged`, `Remove it: rm ${file}`);
  }
}

export function writeJson(file: string, value: unknown): void {
  writeAtomically(file, `${JSON.stringify(value)}\n`);
}

/** The names of a directory's JSON files; it need not be there. */
export function listJson(directory: string): string[] {
  const names = isThere(directory) ? unlessMissing(() => readdirSync(directory)) : undefined;
  return (names ?? []).filter((name) => name.endsWith('.json'));
}

/** Removes a file for good; it need not be there. */
export function removeFile(file: string): void {
  rmSync(file, { force: true });
  unlessMissing(() => syncDirectory(file.slice(0, file.lastIndexOf('/'))));
}
