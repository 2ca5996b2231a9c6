// The floor plan of src/: which room may import which. A room that needs another one draws its arrow here first.
import { readFileSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { sources } from './sources.ts';

/** Each room, and the rooms that it may import from. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  config: [],
  generator: ['config', 'host'],
  host: ['config'],
  ostree: ['host', 'config'],
  state: ['ostree', 'host', 'config'],
  machine: ['ostree', 'host', 'generator', 'config'],
  trees: ['machine', 'state', 'ostree', 'host', 'config'],
  steps: ['trees', 'machine', 'state', 'ostree', 'host', 'generator', 'config'],
  guestctl: ['steps', 'trees', 'machine', 'state', 'ostree', 'host', 'generator', 'config'],
  // Knows no more of a host than what guestctl prints. It runs in a browser.
  cockpit: ['config'],
};

const roomOf = (file: string): string => file.split('/')[0] ?? '';

/** What a file imports of src/, as paths in it. */
function importsOf(file: string): string[] {
  const text = readFileSync(`src/${file}`, 'utf8');
  const paths = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+\.tsx?)'/g)].map(([, path = '']) => path);
  return paths.map((path) => relative('src', resolve('src', dirname(file), path)));
}

test('each file is in a room', () => {
  expect(
    sources.filter((file) => !(roomOf(file) in arrows)),
    `Move these files of src/ into a room: ${Object.keys(arrows).join(', ')}`,
  ).toEqual([]);
  expect(sources.length).toBeGreaterThan(200);
});

test.each(Object.entries(arrows))('%s imports no other rooms than those drawn here', (room, allowed) => {
  const wrong = sources
    .filter((file) => roomOf(file) === room)
    .flatMap((file) => importsOf(file).map((path) => ({ file, path })))
    .filter(({ path }) => roomOf(path) !== room && !allowed.includes(roomOf(path)));
  expect(
    wrong.map(({ file, path }) => `src/${file} imports src/${path}`),
    'Move the file to the room that it belongs to, or draw the arrow in test/unit/rooms.test.ts and CONTRIBUTING.md',
  ).toEqual([]);
});

test.each(Object.entries(arrows))('%s needs each room that is drawn for it', (room, allowed) => {
  const used = new Set(
    sources
      .filter((file) => roomOf(file) === room)
      .flatMap(importsOf)
      .map(roomOf),
  );
  expect(
    allowed.filter((other) => !used.has(other)),
    'Remove the arrow from test/unit/rooms.test.ts and CONTRIBUTING.md',
  ).toEqual([]);
});

test('the arrows point one way', () => {
  const reached = (room: string, seen: readonly string[]): boolean =>
    (arrows[room] ?? []).some((next) => seen.includes(next) || reached(next, [...seen, next]));
  expect(
    Object.keys(arrows).filter((room) => reached(room, [room])),
    'These rooms import each other. Move what both need into a room below them',
  ).toEqual([]);
});

const onlyTheDriver =
  'Only drivers know systemd-nspawn. Ask the driver through src/machine/machine.ts or src/generator/machine-units.ts';
/** A folder of a driver: of machine, or of generator. */
const inDriver = (file: string): boolean => {
  const [room = '', folder = ''] = file.split('/');
  return ['machine', 'generator'].includes(room) && sources.includes(`${room}/${folder}/driver.ts`);
};

test('only the choice of the driver imports a driver', () => {
  const choices = ['machine/driver.ts', 'generator/driver.ts'];
  const importing = sources
    .filter((file) => !choices.includes(file) && !inDriver(file))
    .filter((file) => importsOf(file).some(inDriver));
  expect(importing, onlyTheDriver).toEqual([]);
  expect(
    choices.filter((file) => !importsOf(file).some(inDriver)),
    'These files choose the driver, but import none: correct `choices` in this file',
  ).toEqual([]);
});

/** Files that may name systemd-nspawn, whatever driver runs the guests. */
const named: readonly RegExp[] = [
  /^(config|generator)\//, // Sections of guest files, and directories of their files, are those of systemd.nspawn(5).
  /^machine\/(driver\.ts|throwaway-container\.ts|bind-sources\.ts)/, // driver.ts chooses; builds and packages run in containers.
  /^steps\/adopt\/old-guest\.ts/, // What ran the guest before.
  /^guestctl\/(manual\/|program\.ts)/, // Describes the program.
  /^cockpit\/model\/unit-names\.ts/, // Whose signals the page follows.
];

/** `.nspawn` files, and `nspawn` as a kind of file, belong to the language. */
const ofNspawn = /(?<!['.])nspawn|machinectl|machined|machine1|--machine/;

test('steps and commands do not know what runs a guest', () => {
  const naming = sources
    .filter((file) => !inDriver(file) && !named.some((pattern) => pattern.test(file)))
    .flatMap((file) => {
      const lines = readFileSync(`src/${file}`, 'utf8').split('\n');
      return lines
        .map((line, index) => ({ line, at: `src/${file}:${index + 1}` }))
        .filter(({ line }) => !/^\s*(\/\/|\/?\*)/.test(line))
        .filter(({ line }) => ofNspawn.test(line));
    });
  expect(
    naming.map(({ line, at }) => `${at}: ${line.trim()}`),
    onlyTheDriver,
  ).toEqual([]);
});

/** Each folder may have a program and the parts of a rule. A command, its screen and a table of keys are named after their subject. */
const mayRecur = (file: string): boolean =>
  /\/(main|rule|read-state|driver)\.ts$/.test(file) ||
  /^(guestctl\/(commands|screens)|config\/keys)\//.test(file);

test('no two files have one name', () => {
  const unique = sources.filter((file) => !mayRecur(file));
  const nameOf = (file: string): string => basename(file);
  const twice = unique.filter((file) => unique.some((one) => one !== file && nameOf(one) === nameOf(file)));
  expect(twice, 'Rename the file: its name must say what only it does').toEqual([]);
});
