// What holds for all words: suggestions, and arguments in ExecStart= lines.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearest } from '../../src/config/nearest.ts';
import { splitWords } from '../../src/config/split-words.ts';
import { execWord } from '../../src/generator/units/exec-word.ts';

const runs = { numRuns: 2000 };

test('the nearest word is one of the words, and a word is the nearest to itself', () => {
  const list = fc.array(fc.string({ maxLength: 12 }), { maxLength: 8 });
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), list, (wrong, known) => {
      expect([undefined, ...known]).toContain(nearest(wrong, known));
      expect(nearest(wrong, [...known, wrong])?.toLowerCase()).toBe(wrong.toLowerCase());
    }),
    runs,
  );
});

test('an argument comes through an ExecStart= line unchanged, on one line', () => {
  const argument = fc.string({ unit: 'binary' }).filter((one) => !/[\0\p{Surrogate}]/u.test(one));
  fc.assert(
    fc.property(fc.array(argument), (args) => {
      const line = args.map(execWord).join(' ');
      expect(line).not.toMatch(/[\n\r\0]/);
      // systemd.service(5): the words are split and unescaped first, then %% and $$ stand for % and $.
      const split = splitWords(line);
      const received =
        'words' in split && split.words.map((word) => word.replaceAll('$$', '$').replaceAll('%%', '%'));
      expect(received).toEqual(args);
    }),
    runs,
  );
});
