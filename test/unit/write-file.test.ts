// A full disk is told with its place, whatever is written there.
import { closeSync, mkdtempSync, openSync, rmSync, symlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, expect, test } from 'vitest';
import { explain } from '../../src/host/failure.ts';
import { nodeFiles } from '../../src/host/node-files.ts';
import { namingFile, writeFile } from '../../src/host/write-file.ts';
import { appendLine } from '../../src/state/history.ts';
import { fullDevice } from './full-device.ts';

const directory = mkdtempSync(`${tmpdir()}/full-`);
afterAll(() => rmSync(directory, { recursive: true }));

/** A link: what is replaced or removed by mistake is not the device of this machine. */
const full = `${directory}/1.jsonl`;
symlinkSync(fullDevice(), full);

test.each<[title: string, write: () => void]>([
  ['writeFile()', () => writeFile(full, 'x')],
  ['the port of the generator', () => nodeFiles.write(full, 'x')],
  ['the history', () => appendLine(directory, 'x')],
  [
    'an open file',
    () => {
      const descriptor = openSync(full, 'r+');
      try {
        namingFile(full, () => writeSync(descriptor, 'x'));
      } finally {
        closeSync(descriptor);
      }
    },
  ],
])('by %s', (_, write) => {
  let words: string | undefined;
  try {
    write();
  } catch (error) {
    words = explain(error);
  }
  expect(words).toBe(`No space left on device for ${full} (see: df -h ${directory})`);
});

test('another error keeps its path', () => {
  expect(() => writeFile(`${directory}/none/x`, 'x')).toThrow(/ENOENT.*none\/x/);
});
