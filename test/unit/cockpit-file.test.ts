// The editor of the guest file in the page in Cockpit: where mistakes are, and what is written.
import { expect, test } from 'vitest';
import {
  editArgs,
  editorLines,
  listed,
  needsWords,
  offsetOf,
  openFile,
  placeWords,
  problemWords,
  taskOf,
} from '../../src/cockpit/model/edited-file.ts';
import type { ToldProblem, ToldSourceFile } from '../../src/cockpit/told/answers.ts';

const mail = { kind: 'guest', name: 'mail' } as const;
const target = '/etc/ostree-guests/mail.guest';
const source = (kind: ToldSourceFile['kind'], file: string): ToldSourceFile => ({
  kind,
  file,
  text: file,
  sha256: 'a'.repeat(64),
});

test('the guest file is opened, and the other files of the guest are named', () => {
  const vendor = '/usr/lib/ostree-guests/mail.guest';
  const dropIn = '/etc/ostree-guests/mail.guest.d/50-limits.conf';
  const sources = [
    source('nspawn', '/etc/systemd/nspawn/mail.nspawn'),
    source('guest', vendor),
    source('guest', dropIn),
  ];
  expect(openFile(mail, sources)).toEqual({
    file: vendor,
    target,
    text: vendor,
    sha256: 'a'.repeat(64),
    others: ['/etc/systemd/nspawn/mail.nspawn', dropIn],
  });
  expect(openFile({ kind: 'build', name: 'mail' }, sources)).toBeUndefined();
});

const problem = (line: number, column: number, message = 'no', file = target): ToldProblem => ({
  file,
  line,
  column,
  message,
  remedy: null,
});
const marked = (text: string, ...problems: readonly ToldProblem[]) =>
  editorLines(text, target, problems).map(({ parts }) =>
    parts.map((part) => (part.isMarked ? `<${part.text}>` : part.text)).join(''),
  );

test.each([
  ['a key', 'A=1\nFoo=x', [problem(2, 1)], ['A=1', '<Foo>=x']],
  ['a value', 'Foo=x y', [problem(1, 5)], ['Foo=<x> y']],
  ['two in a line', 'Foo=x y', [problem(1, 7), problem(1, 1)], ['<Foo>=x <y>']],
  ['one place twice', 'Foo=x', [problem(1, 1), problem(1, 1, 'so')], ['<Foo>=x']],
  ['a section', '[Guest', [problem(1, 1)], ['<[Guest>']],
  ['a blank', 'Foo= ', [problem(1, 5)], ['Foo=< >']],
  ['the end of a line', 'Foo=', [problem(1, 9)], ['Foo=']],
  ['another file', 'Foo=x', [problem(1, 1, 'no', '/other')], ['Foo=x']],
  ['a line that is gone', 'Foo=x', [problem(3, 1)], ['Foo=x']],
  ['an empty text', '', [problem(1, 1)], ['']],
])('a mistake is marked: %s', (_, text, problems, lines) => {
  expect(marked(text, ...problems)).toEqual(lines);
});

test('a text of many lines has no marks, and of many mistakes the first are listed', () => {
  const lines = (count: number) => 'x\n'.repeat(count - 1);
  expect(editorLines(lines(1000), target, []).length).toBe(1000);
  expect(editorLines(lines(1001), target, [])).toEqual([]);
  const problems = Array.from({ length: 10_000 }, (_, line) => problem(line, 1));
  expect(listed(problems)).toEqual({ shown: problems.slice(0, 100), more: 9900 });
  expect(listed(problems.slice(0, 3))).toEqual({ shown: problems.slice(0, 3), more: 0 });
});

test('a line says what is wrong in it, with the remedy', () => {
  const found = [problem(1, 1, 'One'), { ...problem(1, 2, 'Two'), remedy: 'Remove it' }];
  expect(editorLines('Foo', target, found)[0]?.mistakes).toBe('One\nTwo. Remove it');
  expect(problemWords({ message: 'One', remedy: null })).toBe('One');
});

test('a problem is named by its place in the text, or by its file', () => {
  expect(placeWords(problem(2, 3), target)).toBe('Line 2, column 3');
  expect(placeWords(problem(2, 3, 'no', '/other'), target)).toBe('/other:2');
  expect(offsetOf('A=1\nFoo=x', problem(2, 5))).toBe(8);
  expect(offsetOf('A=1', problem(9, 9))).toBe(3);
});

const none = { create: false, update: false, reboot: false };

test.each([
  [none, 'Nothing else is to be done then.'],
  [{ ...none, create: true }, 'The guest does not exist yet: create it then.'],
  [{ ...none, update: true, reboot: true }, 'It asks for another tree: update the guest then.'],
  [{ ...none, reboot: true }, 'The machine follows it when it starts next: restart the guest then.'],
])('%j means: %s', (needs, words) => {
  expect(needsWords({ file: target, changed: true, units: [], needs }, 'guest')).toBe(words);
});

test('what is written replaces only what was opened', () => {
  const opened = openFile(mail, [source('guest', target)]);
  if (!opened) throw new Error('it is there');
  expect(editArgs(mail, opened).join(' ')).toBe(`edit mail.guest --from=- --if-sha256=${'a'.repeat(64)}`);
});

test.each([
  ['guest', 'mail', 'mail.guest'],
  ['build', 'ostree-guest-build@mail.service', 'mail.build'],
  ['mirror', 'ostree-guest-mirror@mail.service', 'mail.mirror'],
] as const)('a file of a %s is edited, and %s is busy meanwhile', (kind, task, name) => {
  const declaration = { kind, name: 'mail' };
  const file = `/etc/ostree-guests/${name}`;
  const opened = openFile(declaration, [source(kind, file)]);
  expect(opened).toMatchObject({ file, target: file, others: [] });
  expect(opened && editArgs(declaration, opened)[1]).toBe(name);
  expect(taskOf(declaration)).toBe(task);
});

test('a build or mirror follows its file when it runs next', () => {
  const edit = { file: target, changed: true, units: [], needs: none };
  expect(needsWords(edit, 'build')).toBe('The next run follows it.');
  expect(needsWords(edit, 'mirror')).toBe('The next run follows it.');
});
