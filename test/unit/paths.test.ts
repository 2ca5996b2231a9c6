// The directories of ostree-guests, and those of systemd and OSTree that it uses, are spelt in src/config/paths.ts only.
import { readdirSync, readFileSync } from 'node:fs';
import { type Node, parseSync, Visitor } from 'oxc-parser';
import { expect, test } from 'vitest';

const home = 'src/config/paths.ts';
const directory =
  /\/(?:etc|run|usr\/lib|var\/lib)\/(?:machines|ostree|ostree-guests|systemd\/(?:generator|nspawn|system))(?![\w-])/;

/** The texts of a program, with their places. */
function textsOf(file: string): { text: string; place: string }[] {
  const source = readFileSync(file, 'utf8');
  const found: { text: string; place: string }[] = [];
  const add = ({ start, end }: Node) =>
    found.push({
      text: source.slice(start, end),
      place: `${file}:${source.slice(0, start).split('\n').length}`,
    });
  new Visitor({ Literal: add, TemplateElement: add }).visit(parseSync(file, source).program);
  return found;
}

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => `src/${file}`);
const spelt = (file: string) => textsOf(file).filter(({ text }) => directory.test(text));

test('no other file spells them', () => {
  const places = files
    .filter((file) => file !== home)
    .flatMap(spelt)
    .map(({ place, text }) => `${place}: ${text}`);
  expect(places, `Use the constant or the function of ${home}; text can have \${…} in it`).toEqual([]);
});

test('that file does', () => expect(spelt(home).length).toBeGreaterThan(10));
