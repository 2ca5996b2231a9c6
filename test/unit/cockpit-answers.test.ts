// What the page in Cockpit expects of guestctl is what docs/guestctl.schema.json promises.
import { readFileSync } from 'node:fs';
import { parseSync } from 'oxc-parser';
import { expect, test } from 'vitest';

const file = 'src/cockpit/told/answers.ts';

interface Schema {
  readonly properties?: Readonly<Record<string, unknown>>;
}
const { $defs } = JSON.parse(readFileSync('docs/guestctl.schema.json', 'utf8')) as {
  $defs: Record<string, Schema>;
};

/** The fields of each interface of the file. */
const interfaces = new Map(
  parseSync(file, readFileSync(file, 'utf8')).program.body.flatMap((statement) => {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (declaration?.type !== 'TSInterfaceDeclaration') return [];
    const fields = declaration.body.body.flatMap((member) =>
      member.type === 'TSPropertySignature' && member.key.type === 'Identifier' ? [member.key.name] : [],
    );
    return [[declaration.id.name, fields] as const];
  }),
);

test('each command that the page asks has a definition', () => {
  expect((interfaces.get('Answers') ?? []).filter((command) => !(command in $defs))).toEqual([]);
});

/** Interfaces whose definitions are named otherwise than they, or have no name. */
const unnamed = new Set(['Answers', 'ToldUpdate', 'ToldPackage', 'ToldFile']);

test.each([...interfaces].filter(([name]) => !unnamed.has(name)))(
  '%s has fields of its definition',
  (name, fields) => {
    const definition = name.replace(/^Told(.)/, (_, letter: string) => letter.toLowerCase());
    const { properties } = $defs[definition] ?? {};
    expect(properties, `docs/guestctl.schema.json has no definition of ${definition}`).toBeDefined();
    expect(
      fields.filter((field) => !(field in (properties ?? {}))),
      `These fields of ${name} are not in docs/guestctl.schema.json`,
    ).toEqual([]);
  },
);
