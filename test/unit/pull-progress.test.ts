import { expect, test } from 'vitest';
import { lastProgress, progressWords } from '../../src/ostree/pull-progress.ts';

/** What ostree 2025.2 showed on a terminal, with its no-break spaces and its way back to where a line began. */
const shown = (...lines: string[]) => `\x1b7${lines.map((line) => `\x1b8${line}                 `).join('')}`;

test.each([
  [
    'metadata: how much there is to come is not known',
    shown('Receiving metadata objects: 95/(estimating) 249.1\u00a0kB/s 249.1\u00a0kB'),
    '95 objects, 249.1 kB, 249.1 kB/s',
  ],
  [
    'objects: the last that is shown counts',
    shown(
      'Receiving objects: 17% (465/2604) 350.5\u00a0kB/s 2.1\u00a0MB',
      'Receiving objects: 50% (1302/2604) 2.0\u00a0MB/s 37.5\u00a0MB',
    ),
    '50 % (1302 of 2604 objects), 37.5 MB, 2.0 MB/s, 10 s left',
  ],
  [
    'the first second has no rate',
    shown('Receiving objects: 0% (0/2604) -/s 0 bytes'),
    '0 of 2604 objects, 0 bytes',
  ],
  [
    'a static delta',
    shown('Receiving delta parts: 6/13 28.0\u00a0MB/60.1\u00a0MB 2.5\u00a0MB/s 12 seconds remaining'),
    '46 % (6 of 13 delta parts), 28.0 MB of 60.1 MB, 2.5 MB/s, 12 s left',
  ],
  [
    'a static delta that is complete',
    shown('Receiving delta parts: 13/13 0 bytes/60.1\u00a0MB'),
    '100 % (13 of 13 delta parts), 0 bytes of 60.1 MB',
  ],
])('%s', (_, text, words) => {
  const progress = lastProgress(text);
  expect(progress && progressWords(progress, 10)).toBe(words);
});

test('what else a pull shows is no progress', () => {
  const text = shown(
    'Scanning metadata: 12',
    '5 metadata, 1500 content objects fetched; 29421 KiB transferred',
  );
  expect(lastProgress(text)).toBeUndefined();
});

test('a long time is told in minutes and hours', () => {
  const progress = lastProgress('Receiving objects: 1% (1/100) -/s 1 bytes');
  expect(progress && progressWords(progress, 10)).toMatch(/, 17 min left$/);
  expect(progress && progressWords(progress, 60)).toMatch(/, 1 h 39 min left$/);
});
