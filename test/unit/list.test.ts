// `guestctl list` as it is read.
import { expect, test } from 'vitest';
import { listText } from '../../src/cli/list.ts';
import { table } from '../../src/cli/table.ts';
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
    ...[running, named(runsOlder, 'older'), named(stoppedWithStaged, 'stopped'), named(failed, 'failed')],
    ...[named(updating, 'updating'), named(notCreated, 'only-declared')],
  ];
  const broken = { name: 'wiki', file: '/etc/ostree-guests/wiki.guest', problems: [] };
  expect(listText(overviews, [broken])).toBe(
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
  expect(listText([], [])).toBe('No guest is declared. Write /etc/ostree-guests/NAME.guest');
});

test.each([
  [[], ''],
  [[['a', 'b']], 'a  b'],
  [
    [
      ['long', 'b'],
      ['a', 'wide'],
      ['', 'c'],
    ],
    'long  b\na     wide\n      c',
  ],
  [
    [
      ['a', 'b'],
      ['longer', ''],
    ],
    'a       b\nlonger',
  ],
])('the table %j', (rows, text) => {
  expect(table(rows)).toBe(text);
});
