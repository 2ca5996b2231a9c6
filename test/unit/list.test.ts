// `guestctl list` as it is read.
import { expect, test } from 'vitest';
import { plain, type Screen } from '../../src/guestctl/screen.ts';
import { listText } from '../../src/guestctl/screens/list.ts';
import { type Column, table } from '../../src/guestctl/screens/table.ts';
import {
  failed,
  named,
  notCreated,
  running,
  runsOlder,
  screen,
  stoppedWithStaged,
  updating,
} from './overviews.ts';

test('a line for each guest, in every state, and for each that is broken', () => {
  const overviews = [
    running,
    named(runsOlder, 'older'),
    named(stoppedWithStaged, 'stopped'),
    named(failed, 'failed'),
    named(updating, 'updating'),
    named(notCreated, 'only-declared'),
  ];
  const broken = { name: 'wiki', file: '/etc/ostree-guests/wiki.guest', problems: [] };
  expect(listText(overviews, [broken], plain)).toBe(
    screen(`
      GUEST          STATE        DEPLOYMENT                                          STAGED        NEXT UPDATE
      mail           running      Debian GNU/Linux 13 (trixie) 13.2 (bbbbbbbbbbbb.0)  -             Tue 2026-11-24 23:10:05
      older          running      Debian GNU/Linux 13 (trixie) 13.1 (aaaaaaaaaaaa.0)  -             Tue 2026-11-24 23:10:05
      stopped        stopped      Debian GNU/Linux 13 (trixie) 13.2 (bbbbbbbbbbbb.0)  cccccccccccc  Tue 2026-11-24 23:10:05
      failed         failed       Debian GNU/Linux 13 (trixie) 13.2 (bbbbbbbbbbbb.0)  -             failed
      updating       starting     Debian GNU/Linux 13 (trixie) 13.2 (bbbbbbbbbbbb.0)  -             now
      only-declared  not created  -                                                   -             -
      wiki           broken       -                                                   -             -
    `),
  );
});

test('no guest at all', () => {
  expect(listText([], [], plain)).toBe(
    'No guest is declared. Create one: guestctl create NAME --ref REMOTE:REF --url URL (guestctl create --help)',
  );
});

const columns: readonly Column<string[]>[] = [
  { title: 'A', cell: ([a]: string[]) => a ?? '' },
  { title: 'LONG', cell: ([, b]: string[]) => b ?? '', shrinks: true },
  { title: 'MORE', cell: ([, , c]: string[]) => c ?? '', wide: true, style: () => 'bad' },
];
const rows = [
  ['a', 'a text of twenty-one', 'x'],
  ['longer', '', ''],
];

test.each<[string, Partial<Screen>, string[]]>([
  ['in full', {}, ['A       LONG', 'a       a text of twenty-one', 'longer']],
  ['without column headers', { legend: false }, ['a       a text of twenty-one', 'longer']],
  ['on a narrow terminal', { width: 21 }, ['A       LONG', 'a       a text of tw…', 'longer']],
  [
    'on one that is too narrow for anything',
    { width: 2 },
    ['A       LONG', 'a       a text of t…', 'longer'],
  ],
  ['wide', { wide: true, legend: false }, ['a       a text of twenty-one  x', 'longer']],
  [
    'in colour, of which columns know nothing',
    { wide: true, paint: (style, text) => `<${style}>${text}` },
    [
      '<bold>A       <bold>LONG                  <bold>MORE',
      'a       a text of twenty-one  <bad>x',
      'longer',
    ],
  ],
])('a table %s', (_, screen, lines) => {
  expect(table(columns, rows, { ...plain, ...screen }).split('\n')).toEqual(lines);
});

test('a table of nothing is its headers', () => {
  expect(table(columns, [], plain)).toBe('A  LONG');
});
