// The floor plan of src/: which room may import which. A room that needs another one draws its arrow here first.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

/** Each room, and the rooms that it may import from. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  config: [],
  generator: ['config', 'host'],
  host: ['config'],
  ostree: ['host', 'config'],
  state: ['ostree', 'host', 'config'],
  machine: ['state', 'ostree', 'host', 'generator', 'config'],
  trees: ['machine', 'state', 'ostree', 'host', 'generator', 'config'],
  steps: ['trees', 'machine', 'state', 'ostree', 'host', 'generator', 'config'],
  guestctl: ['steps', 'trees', 'machine', 'state', 'ostree', 'host', 'generator', 'config'],
};

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);
const roomOf = (file: string): string => file.split('/')[0] ?? '';

/** What a file imports of src/, as paths in it. */
function importsOf(file: string): string[] {
  const text = readFileSync(`src/${file}`, 'utf8');
  const paths = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+\.ts)'/g)].map(([, path = '']) => path);
  return paths.map((path) => relative('src', resolve('src', dirname(file), path)));
}

test('each file is in a room', () => {
  expect(files.filter((file) => !(roomOf(file) in arrows))).toEqual([]);
  expect(files.length).toBeGreaterThan(200);
});

test.each(Object.entries(arrows))('%s imports no other rooms than those drawn here', (room, allowed) => {
  const wrong = files
    .filter((file) => roomOf(file) === room)
    .flatMap((file) => importsOf(file).map((path) => ({ file, path })))
    .filter(({ path }) => roomOf(path) !== room && !allowed.includes(roomOf(path)));
  expect(
    wrong.map(({ file, path }) => `src/${file} imports src/${path}`),
    'Move the file to the room that it belongs to, or draw the arrow in test/unit/rooms.test.ts and CONTRIBUTING.md',
  ).toEqual([]);
});

test('the arrows point one way', () => {
  const reached = (room: string, seen: readonly string[]): boolean =>
    (arrows[room] ?? []).some((next) => seen.includes(next) || reached(next, [...seen, next]));
  expect(Object.keys(arrows).filter((room) => reached(room, [room]))).toEqual([]);
});
