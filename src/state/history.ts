// A guest's history: files with a line of JSON for each attempt. It outlives the journal, which others can fill.
import { closeSync, fstatSync, fsyncSync, openSync, readdirSync, readSync, writeSync } from 'node:fs';
import { syncDirectory } from '../host/atomic-file.ts';
import { makeDirectories } from '../host/make-directories.ts';
import { readRegularFile, unlessMissing } from '../host/node-files.ts';
import { namingFile } from '../host/write-file.ts';
import { removeFile, stateFile } from './state-file.ts';

export interface HistoryLines<T> {
  /** In the order in which they were written. */
  readonly values: readonly T[];
  /** Lines that could not be read, as FILE:LINE. */
  readonly damaged: readonly string[];
}

/** The maximum size of one file in bytes; about 200 attempts. */
const largest = 64 << 10;
/** How many files are kept. */
const kept = 3;

/** Returns the directory of a guest's history. */
export const historyOf = (guest: string): string => stateFile(guest, 'history');

/**
 * Adds a line. A full file is followed by one with the next number, so nothing is ever rewritten: two writers at the
 * same time need no lock, and a power cut loses at most the line that was being written.
 */
export function appendLine(directory: string, value: unknown): void {
  makeDirectories(directory, 0o700);
  const numbers = numbersIn(directory);
  const last = numbers.at(-1) ?? 1;
  if (!append(`${directory}/${last}.jsonl`, JSON.stringify(value))) {
    append(`${directory}/${last + 1}.jsonl`, JSON.stringify(value));
    for (const old of numbers.filter((number) => number <= last + 1 - kept))
      removeFile(`${directory}/${old}.jsonl`);
  }
  syncDirectory(directory);
}

/** Returns false, and writes nothing, if the file is full. */
function append(file: string, line: string): boolean {
  const descriptor = openSync(file, 'a+', 0o600);
  try {
    const { size } = fstatSync(descriptor);
    if (size >= largest) return false;
    const last = Buffer.alloc(1);
    // A power cut may have left a line without its end.
    const isTorn = size > 0 && readSync(descriptor, last, 0, 1, size - 1) === 1 && last.toString() !== '\n';
    namingFile(file, () => {
      writeSync(descriptor, `${isTorn ? '\n' : ''}${line}\n`);
      fsyncSync(descriptor);
    });
    return true;
  } finally {
    closeSync(descriptor);
  }
}

/** Reads all lines; `parse` returns undefined for an invalid one. */
export function readLines<T>(directory: string, parse: (value: unknown) => T | undefined): HistoryLines<T> {
  const [values, damaged]: [T[], string[]] = [[], []];
  for (const file of numbersIn(directory).map((number) => `${directory}/${number}.jsonl`)) {
    const lines = (readRegularFile(file) ?? '').split('\n');
    for (const [index, line] of lines.entries()) {
      if (line === '') continue;
      const value = parseJson(line, parse);
      if (value === undefined) damaged.push(`${file}:${index + 1}`);
      else values.push(value);
    }
  }
  return { values, damaged };
}

function parseJson<T>(line: string, parse: (value: unknown) => T | undefined): T | undefined {
  try {
    return parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

const numbersIn = (directory: string): number[] =>
  (unlessMissing(() => readdirSync(directory)) ?? [])
    .flatMap((name) => /^([1-9]\d*)\.jsonl$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
