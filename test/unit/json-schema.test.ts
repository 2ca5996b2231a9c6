// What is printed with -o json is what docs/guestctl.schema.json says.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { makeProgram } from '../../src/cli/program.ts';
import { deploymentJson } from '../../src/cli/screens/deployments.ts';
import { diffJson } from '../../src/cli/screens/diff.ts';
import { findingJson } from '../../src/cli/screens/findings.ts';
import { attemptJson } from '../../src/cli/screens/history.ts';
import { overviewJson, statusJson } from '../../src/cli/screens/json.ts';
import { problemJson } from '../../src/cli/screens/problems.ts';
import {
  details,
  failed,
  notCreated,
  onTrial,
  running,
  undeployed,
  updating,
  withStaged,
} from './overviews.ts';

interface Schema {
  readonly $ref?: string;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly type?: string;
  readonly pattern?: string;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

const { $defs: definitions } = JSON.parse(readFileSync('docs/guestctl.schema.json', 'utf8')) as {
  $defs: Readonly<Record<string, Schema>>;
};

/** What of a value is not as a schema says; the few words of JSON Schema that ours uses. */
function wrong(value: unknown, schema: Schema | undefined, at = ''): string[] {
  if (!schema) return [`${at} is not described`];
  if (schema.$ref) return wrong(value, definitions[schema.$ref.replace('#/$defs/', '')], at);
  if (schema.anyOf)
    return schema.anyOf.some((one) => wrong(value, one, at).length === 0) ? [] : [`${at} fits nothing`];
  if (schema.enum) return schema.enum.includes(value) ? [] : [`${at} is ${value}`];
  if (schema.type === 'array')
    return Array.isArray(value)
      ? value.flatMap((item) => wrong(item, schema.items, `${at}[]`))
      : [`${at} is no array`];
  if (schema.type === 'null') return value === null ? [] : [`${at} is not null`];
  const { properties } = schema;
  if (properties) {
    const object = Object(value) as Record<string, unknown>;
    const keys = new Set([...Object.keys(properties), ...Object.keys(object)]);
    const isLeftOut = (key: string) => !(key in object) && !schema.required?.includes(key);
    return [...keys].flatMap((key) =>
      isLeftOut(key) ? [] : wrong(object[key], properties[key], `${at}.${key}`),
    );
  }
  const fits = typeof value === schema.type && new RegExp(schema.pattern ?? '').test(String(value));
  return fits ? [] : [`${at} is ${value}`];
}

test.each(Object.entries({ failed, notCreated, running, undeployed, updating, withStaged }))(
  'a guest that is %s',
  (_, guest) => {
    expect(wrong(overviewJson(guest), definitions['guest'])).toEqual([]);
  },
);

test('a guest of which more is told', () => {
  expect(wrong(statusJson(running, details), definitions['status'])).toEqual([]);
  const stopped = { ...details, machine: undefined };
  expect(wrong(statusJson(withStaged, stopped), definitions['status'])).toEqual([]);
});

test('deployments', () => {
  const [deployment] = running.deployments;
  if (!deployment) throw new Error('it has some');
  const calm = { isDefault: true, isNext: true, isRunning: false, isPinned: false, unique: 4096 };
  const plain = { ...calm, deployment, trial: undefined, rejection: undefined };
  const bad = { ...plain, trial: onTrial.trial, rejection: onTrial.rejected[0] };
  expect(wrong([plain, bad].map(deploymentJson), definitions['deployments'])).toEqual([]);
});

test('history', () => {
  const attempt = {
    ...({ guest: 'mail', action: 'update', outcome: 'staged', trigger: 'timer', seconds: 3.4 } as const),
    ...{ from: 'a'.repeat(64), to: undefined, version: undefined, message: 'staged', time: new Date(0) },
  };
  expect(wrong([attempt].map(attemptJson), definitions['history'])).toEqual([]);
});

test('diff', () => {
  const end = { checksum: 'a'.repeat(64) };
  const change = { from: end, to: { ...end, version: '12.1' } };
  const found = {
    packages: [{ name: 'postfix', change: 'added', to: '3.10' }],
    files: [{ path: '/usr/bin/x', change: 'changed' }],
    etc: ['/etc/x'],
  } as const;
  expect(wrong(diffJson({ ...change, ...found }), definitions['diff'])).toEqual([]);
  expect(wrong(diffJson({ ...change, files: [], etc: [] }), definitions['diff'])).toEqual([]);
});

test('problems and findings', () => {
  const at = { file: '/a', line: 1, column: 2 };
  expect(wrong([problemJson({ at, message: 'no' })], definitions['verify'])).toEqual([]);
  expect(wrong([findingJson({ check: 'disk', state: 'good', message: 'x' })], definitions['doctor'])).toEqual(
    [],
  );
});

test('every command that prints JSON is described', () => {
  const printing = makeProgram('1.0').commands.filter((command) =>
    command.options.some(({ long }) => long === '--output'),
  );
  for (const command of printing) expect(definitions[command.name()], command.name()).toBeDefined();
});
