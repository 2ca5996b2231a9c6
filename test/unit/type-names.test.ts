// A name of a type means one thing in the whole of src/.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sources } from './sources.ts';

interface Type {
  readonly name: string;
  readonly isExported: boolean;
  readonly place: string;
}

const types: readonly Type[] = sources.flatMap((file) =>
  readFileSync(`src/${file}`, 'utf8')
    .split('\n')
    .flatMap((text, index) => {
      const [, exported, name] = /^(export )?(?:abstract )?(?:interface|type|class) (\w+)/.exec(text) ?? [];
      return name ? [{ name, isExported: exported !== undefined, place: `src/${file}:${index + 1}` }] : [];
    }),
);

test('an exported type has a name of its own', () => {
  expect(types.length).toBeGreaterThan(300);
  const twice = types.filter(
    ({ name, isExported }) => isExported && types.filter((other) => other.name === name).length > 1,
  );
  expect(
    twice.map(({ name, place }) => `${name} (${place})`),
    'Another type in src/ has this name. Say in the name what kind it is: BootDecision and SwitchDecision, not Decision',
  ).toEqual([]);
});
