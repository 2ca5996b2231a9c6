// The words of the page in Cockpit: each has a translation, and no translation is left over.
import { readdirSync, readFileSync } from 'node:fs';
import { parseSync } from 'oxc-parser';
import { expect, test } from 'vitest';

const files = readdirSync('src/cockpit', { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => `src/cockpit/${file}`);

type Found = { readonly text: string } | { readonly at: string };

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** The arguments of t() in a file; the place of a call whose argument is no literal. */
function* wordsIn(value: unknown, file: string): Generator<Found> {
  if (Array.isArray(value)) for (const one of value) yield* wordsIn(one, file);
  else if (isRecord(value)) {
    const { type, callee, arguments: args } = value;
    if (type === 'CallExpression' && isRecord(callee) && callee['name'] === 't' && Array.isArray(args)) {
      const [first] = args;
      yield typeof first?.value === 'string' ? { text: first.value } : { at: `${file}:${value['start']}` };
    }
    for (const child of Object.values(value)) yield* wordsIn(child, file);
  }
}

const found = files.flatMap((file) => [
  ...wordsIn(parseSync(file, readFileSync(file, 'utf8')).program.body, file),
]);
const { menu } = JSON.parse(readFileSync('src/cockpit/static/manifest.json', 'utf8')) as {
  menu: { index: { label: string } };
};
const words = new Set([menu.index.label, ...found.flatMap((one) => ('text' in one ? [one.text] : []))]);

test('each text is a literal, so that it can be found', () => {
  expect(found.flatMap((one) => ('at' in one ? [one.at] : []))).toEqual([]);
  expect(words.size).toBeGreaterThan(30);
});

const german = JSON.parse(readFileSync('src/cockpit/words/de.json', 'utf8')) as Record<string, string>;

test('German is complete, and has nothing that the page does not say', () => {
  expect(
    [...words].filter((text) => !german[text]),
    'Add the translations to src/cockpit/words/de.json',
  ).toEqual([]);
  expect(
    Object.keys(german).filter((text) => !words.has(text)),
    'Remove from src/cockpit/words/de.json',
  ).toEqual([]);
});

const placesIn = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

test('a translation has the same values in it', () => {
  expect(
    Object.entries(german).filter(
      ([text, translation]) => placesIn(text).join() !== placesIn(translation).join(),
    ),
  ).toEqual([]);
});
