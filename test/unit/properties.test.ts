// What holds for every text, however broken: reading never throws, every complaint has a place that is there, and
// what is written is what is read.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readGuest } from '../../src/config/guest.ts';
import type { Position } from '../../src/config/problem.ts';
import type { SourceFile } from '../../src/config/read.ts';
import { parseSyntax } from '../../src/config/syntax.ts';
import { mergedText } from '../../src/guestctl/screens/merged.ts';
import { read } from './read.ts';

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => new TextDecoder().decode(array));
const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), bytes);

/** Mostly right, so that what is wrong is found in every stage and not only in the syntax. */
const words = [
  ...'[Guest] [Exec] [Remote] [Service] [Network] [Nowhere] [ ] = = # ; \\'.split(' '),
  ...'Ref Description Parameters URL GPGVerify MemoryMax Zone Private Bind Wrong'.split(' '),
  ...'site:x yes no %n % " \' \\x41 \\xc3 \\q /usr é 😀 \u00a0 \uffff X-a [X-a]'.split(' '),
  ' ',
  '\t',
  '\n',
  '\r\n',
  '\r',
  '\\\n',
  '\\\n',
  '\0',
  '\uFEFF',
];
const likely = fc
  .array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...words) }, { weight: 1, arbitrary: anything }), {
    size: 'large',
    maxLength: 60,
  })
  .map((parts) => parts.join(''));
const text = fc.oneof(anything, likely);

function expectInside(source: string, { line, column }: Position): void {
  const lines = source.split(/\r\n|\n|\r/);
  expect(line).toBeGreaterThanOrEqual(1);
  expect(line).toBeLessThanOrEqual(lines.length);
  expect(column).toBeGreaterThanOrEqual(1);
  expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1);
}

const runs = { numRuns: 2000 };

test('any text can be read, and every place is inside of it', () => {
  fc.assert(
    fc.property(text, (source) => {
      const { assignments, problems } = parseSyntax('x', source);
      for (const assignment of assignments) {
        expectInside(source, assignment.keyAt);
        expectInside(source, assignment.at);
        for (let offset = 0; offset < assignment.value.length; offset += 1)
          expectInside(source, assignment.valueAt(offset));
      }
      for (const { at } of problems) expectInside(source, at);
    }),
    runs,
  );
});

test('any text is a guest or has problems, each inside of it', () => {
  fc.assert(
    fc.property(text, (source) => {
      const checked = read(source);
      if ('guest' in checked) return;
      expect(checked.broken.problems).not.toEqual([]);
      for (const { at } of checked.broken.problems) expectInside(source, at);
    }),
    runs,
  );
});

const value = anything.filter(
  (one) =>
    !/^[ \t]|[ \t]$|[\0\r\n\uFFFD\p{Noncharacter_Code_Point}\p{Surrogate}]|\\$/u.test(one) && one !== '',
);
const space = fc.stringMatching(/^[ \t]{0,3}$/);

test('a value is read as it is written, and its place is where it begins', () => {
  fc.assert(
    fc.property(value, space, space, fc.nat(3), (written, before, after, blank) => {
      const source = `[Guest]\n${'\n'.repeat(blank)}Key=${before}${written}${after}\n`;
      const { assignments, problems } = parseSyntax('x', source);
      expect(problems).toEqual([]);
      const at = { file: 'x', line: 2 + blank, column: 1 };
      expect(assignments).toMatchObject([{ section: 'Guest', key: 'Key', value: written, keyAt: at }]);
      const last = written.length - 1;
      expect(assignments[0]?.valueAt()).toEqual({ ...at, column: 5 + before.length });
      expect(assignments[0]?.valueAt(last)).toEqual({ ...at, column: 5 + before.length + last });
    }),
    runs,
  );
});

test('what guestctl cat prints is read as the files that it was made of', () => {
  const text = fc.stringMatching(/^[ -$&-~]{0,20}$/).filter((one) => !one.trimEnd().endsWith('\\'));
  const guest = text.map((one) => `[Guest]\nDescription=${one} %n %%`);
  const exec = text.map((one) => `[Exec]\nSystemCallFilter=${one}\n\nSystemCallFilter=50%%`);
  const unit = text.map((one) => `[Unit]\nAfter=${one} %i\nAfter=`);
  const file = fc.array(fc.oneof(guest, exec, unit), { maxLength: 4 }).map((parts) => parts.join('\n'));
  const settings = (sources: readonly SourceFile[]) => {
    const checked = readGuest('mail', 'mail.guest', sources, () => 'host');
    return 'guest' in checked
      ? checked.guest.values.settings.map(({ section, key, value }) => ({ section, key, value }))
      : undefined;
  };
  const bySection = (found: ReturnType<typeof settings>) =>
    ['Guest', 'Exec', 'Unit'].map((section) => found?.filter((setting) => setting.section === section));
  fc.assert(
    fc.property(exec, file, file, (nspawn, main, dropIn) => {
      const sources: SourceFile[] = [
        { kind: 'nspawn', file: 'mail.nspawn', text: nspawn },
        { kind: 'guest', file: 'mail.guest', text: `[Guest]\nRef=site:x\n${main}` },
        { kind: 'guest', file: '50.conf', text: dropIn },
      ];
      const expected = settings(sources);
      expect(expected).toBeDefined();
      const merged = mergedText(sources);
      expect(bySection(settings([{ kind: 'guest', file: 'merged', text: merged }]))).toEqual(
        bySection(expected),
      );
    }),
    runs,
  );
});
