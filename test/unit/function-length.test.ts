// Functions fit a screen.
import { readFileSync } from 'node:fs';
import { parseSync } from 'oxc-parser';
import { expect, test } from 'vitest';
import { sources } from './sources.ts';

/** In lines. */
const screen = 45;

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly body?: { readonly type: string };
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

/** A table of values, such as the help of keys, is read row by row: it may be as long as it is. */
const isTable = ({ body }: Node): boolean =>
  body?.type === 'ObjectExpression' || body?.type === 'ParenthesizedExpression';

function* functionsIn(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const one of value) yield* functionsIn(one);
  if (!isNode(value)) return;
  if (/Function/.test(value.type) && !isTable(value)) yield value;
  for (const child of Object.values(value)) yield* functionsIn(child);
}

const linesOf = (text: string): number => text.split('\n').length;

function longIn(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...functionsIn(parseSync(file, text).program.body)]
    .map(({ start, end }) => ({
      line: linesOf(text.slice(0, start)),
      length: linesOf(text.slice(start, end)),
    }))
    .filter(({ length }) => length > screen)
    .map(({ line, length }) => `${file}:${line}: ${length} lines`);
}

test(`functions have at most ${screen} lines`, () => {
  expect(sources.length).toBeGreaterThan(200);
  expect(
    sources.flatMap((file) => longIn(`src/${file}`)),
    'Move a part of it into a function with a name of its own',
  ).toEqual([]);
});
