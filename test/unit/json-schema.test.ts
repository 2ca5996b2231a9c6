// What is printed with -o json is what docs/guestctl.schema.json says.
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { makeProgram } from '../../src/guestctl/program.ts';
import { appliedJson } from '../../src/guestctl/screens/applied.ts';
import { brokenBuildJson, buildJson } from '../../src/guestctl/screens/builds.ts';
import { deploymentJson } from '../../src/guestctl/screens/deployments.ts';
import { diffJson } from '../../src/guestctl/screens/diff.ts';
import { editedJson } from '../../src/guestctl/screens/edited.ts';
import { findingJson } from '../../src/guestctl/screens/findings.ts';
import { attemptJson } from '../../src/guestctl/screens/history.ts';
import { brokenJson, overviewJson, statusJson } from '../../src/guestctl/screens/json.ts';
import { sourceJson } from '../../src/guestctl/screens/merged.ts';
import { brokenMirrorJson, mirrorJson } from '../../src/guestctl/screens/mirrors.ts';
import { plannedJson } from '../../src/guestctl/screens/planned.ts';
import { problemJson } from '../../src/guestctl/screens/problems.ts';
import { templateJson } from '../../src/guestctl/screens/templates.ts';
import type { PastAttempt } from '../../src/state/attempts.ts';
import { hiddenBuild, publishing, unpublished } from './build-overviews.ts';
import { failing, neverRun } from './mirror-overviews.ts';
import {
  broken,
  details,
  failed,
  hidden,
  notCreated,
  onTrial,
  running,
  undeployed,
  updating,
  withStaged,
} from './overviews.ts';

const schema = JSON.parse(readFileSync('docs/guestctl.schema.json', 'utf8')) as {
  $id?: string;
  $defs: object;
};
const ajv = new Ajv2020({ strict: true, allErrors: true });
addFormats(ajv);
ajv.addSchema(schema, 'guestctl');

/** Returns what is wrong with the JSON text of a value, by the definition of this name; an empty list if nothing is. */
function wrong(value: unknown, definition: string): string[] {
  const validate = ajv.getSchema(`guestctl#/$defs/${definition}`);
  if (!validate) return [`docs/guestctl.schema.json has no definition of ${definition}`];
  validate(JSON.parse(JSON.stringify(value)));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** Fails if a value does not match its definition. */
function expectRight(value: unknown, definition: string): void {
  const mend = `src/guestctl/screens/json.ts and "${definition}" in docs/guestctl.schema.json differ: correct either`;
  expect(wrong(value, definition), mend).toEqual([]);
}

test('a field that is missing, unknown or malformed is found', () => {
  const guest = JSON.parse(JSON.stringify(overviewJson(running))) as Record<string, unknown>;
  expect(wrong({ ...guest, since: 'yesterday' }, 'guest')).toContain('/since must match format "date-time"');
  expect(wrong({ ...guest, more: 1 }, 'guest')).toEqual([' must NOT have additional properties']);
  const { name: _, ...nameless } = guest;
  expect(wrong(nameless, 'guest')).toEqual([" must have required property 'name'"]);
});

test.each(Object.entries({ failed, hidden, notCreated, running, undeployed, updating, withStaged }))(
  'a guest that is %s',
  (_, guest) => {
    expectRight(overviewJson(guest), 'guest');
  },
);

test('a guest whose file has mistakes', () => {
  expectRight(brokenJson(broken), 'guest');
});

test('a guest of which more is told', () => {
  expectRight(statusJson(running, details), 'status');
  const stopped = { ...details, machine: undefined };
  expectRight(statusJson(withStaged, stopped), 'status');
});

test('deployments', () => {
  const [deployment] = running.deployments;
  if (!deployment) throw new Error('it has some');
  const calm = { isDefault: true, isNext: true, isRunning: false, isPinned: false, unique: 4096 };
  const plain = { ...calm, deployment, trial: undefined, rejection: undefined };
  const bad = { ...plain, trial: onTrial.trial, rejection: onTrial.rejected[0] };
  expectRight([plain, bad].map(deploymentJson), 'deployments');
});

test('mirrors', () => {
  expectRight([...[failing, neverRun].map(mirrorJson), brokenMirrorJson(broken.broken)], 'mirrors');
});

test('builds', () => {
  const builds = [publishing, unpublished, hiddenBuild].map(buildJson);
  expectRight([...builds, brokenBuildJson(broken.broken)], 'builds');
});

test('history', () => {
  const attempt: PastAttempt = {
    guest: 'mail',
    action: 'update',
    outcome: 'staged',
    trigger: 'timer',
    seconds: 3.4,
    from: 'a'.repeat(64),
    to: undefined,
    version: undefined,
    message: 'staged',
    time: new Date(0),
  };
  expectRight([attempt].map(attemptJson), 'history');
});

test('diff', () => {
  const end = { checksum: 'a'.repeat(64) };
  const change = { from: end, to: { ...end, version: '12.1' }, failure: undefined };
  const found = {
    packages: [{ name: 'postfix', change: 'added', to: '3.10' }],
    files: [{ path: '/usr/bin/x', change: 'changed' }],
    etc: ['/etc/x'],
    unmergeable: ['/etc/y'],
  } as const;
  const told = diffJson({ ...change, ...found, failure: undeployed.undeployed });
  expect(told.failure?.reason).toContain('cannot merge');
  expectRight(told, 'diff');
  expectRight(diffJson({ ...change, files: [], etc: [], unmergeable: [] }), 'diff');
});

test('problems and findings', () => {
  const at = { file: '/a', line: 1, column: 2 };
  expectRight([problemJson({ at, message: 'no' })], 'verify');
  expectRight([findingJson({ check: 'disk', state: 'good', message: 'x' })], 'doctor');
});

test('templates', () => {
  const at = { file: '/a', line: 1, column: 2 };
  const template = { name: 'debian', description: 'Debian', file: '/a', build: undefined, problems: [] };
  const missing = { ...template, build: '/b', problems: [{ at, message: 'no mmdebstrap' }] };
  expectRight([template, missing].map(templateJson), 'create');
});

test('what would be created', () => {
  const problem = { at: { file: '/a', line: 1, column: 2 }, message: 'no', remedy: 'yes' };
  expectRight(plannedJson(new Map([['/a', '[Guest]']]), [problem]), 'create');
});

test('what was edited, and the files of a declaration', () => {
  const units = [{ path: '/run/x.conf', change: 'created', diff: '+Nice=1\n' }] as const;
  const needs = { create: false, update: true, reboot: false };
  expectRight(
    editedJson({ name: 'mail', file: '/a', isChanged: true, units, needs, next: 'Update it' }),
    'edit',
  );
  expectRight([sourceJson({ kind: 'nspawn', file: '/a', text: '' })], 'cat');
});

test('what was applied', () => {
  const files = [{ path: '/etc/ostree-guests/mail.guest', text: '', change: 'created' }] as const;
  const guests = [{ name: 'mail', actions: ['create'], failure: 'no' }] as const;
  expectRight(appliedJson({ files, reloads: true, guests }), 'apply');
});

test('every command that prints JSON is described', () => {
  const printing = makeProgram('1.0').commands.filter((command) =>
    command.options.some(({ long }) => long === '--output'),
  );
  for (const command of printing)
    expect(Object.keys(schema.$defs), `describe ${command.name()} in docs/guestctl.schema.json`).toContain(
      command.name(),
    );
});
