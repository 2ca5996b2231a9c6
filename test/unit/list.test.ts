// `guestctl list` as it is read.
import { expect, test } from 'vitest';
import { whyUnreadable } from '../../src/config/unreadable.ts';
import { plain, type Screen } from '../../src/guestctl/screen.ts';
import { deploymentsText } from '../../src/guestctl/screens/deployments.ts';
import { brokenJson } from '../../src/guestctl/screens/json.ts';
import { listText } from '../../src/guestctl/screens/list.ts';
import { type Column, table } from '../../src/guestctl/screens/table.ts';
import { versionOf } from '../../src/guestctl/screens/wording.ts';
import { soonWords } from '../../src/host/time-words.ts';
import {
  broken,
  edited,
  failed,
  named,
  notCreated,
  onTrial,
  queued,
  rollingBack,
  running,
  runsOlder,
  screen,
  stoppedWithStaged,
  undeployed,
  updating,
  waiting,
} from './overviews.ts';

const now = new Date('2026-11-24T05:00:00Z');

test('a line for each guest, in every state, and for each that is broken', () => {
  const overviews = [
    running,
    named(runsOlder, 'older'),
    named(stoppedWithStaged, 'stopped'),
    named(failed, 'failed'),
    named(updating, 'updating'),
    named(queued, 'queued'),
    named(notCreated, 'only-declared'),
    named(waiting, 'waiting'),
    named(onTrial, 'trial'),
    named(undeployed, 'undeployed'),
    named(rollingBack, 'back'),
    named(edited, 'edited'),
    { ...named(rollingBack, 'down'), state: 'stopped', running: undefined } as const,
  ];
  const text = listText([...overviews, broken], { ...plain, width: 80 }, now);
  expect(text).toBe(
    screen(`
      GUEST          STATE        VERSION        NEXT              NOTES
      mail           running      13.2 bbbbbbbb  update Tue 23:10  -
      older          running      13.1 aaaaaaaa  update Tue 23:10  reboot due
      stopped        stopped      13.2 bbbbbbbb  update Tue 23:10  update staged
      failed         failed       13.2 bbbbbbbb  update Tue 23:10  update failed
      updating       starting     13.2 bbbbbbbb  updating now      -
      queued         starting     13.2 bbbbbbbb  update queued     -
      only-declared  not created  -              -                 -
      waiting        running      13.2 bbbbbbbb  switch Tue 08:00  reboot due
      trial          running      13.2 bbbbbbbb  update Tue 23:10  rejected, on trial
      undeployed     running      13.2 bbbbbbbb  update Tue 23:10  not deployed
      back           running      13.2 bbbbbbbb  update Tue 23:10  reboot due
      edited         running      13.2 bbbbbbbb  update Tue 23:10  reload, update, re…
      down           stopped      13.2 bbbbbbbb  update Tue 23:10  rollback staged
      wiki           running      -              -                 file has mistakes
    `),
  );
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
});

test('what only root sees is not called missing', () => {
  const hidden = { ...named(notCreated, 'mail'), state: 'running', isHidden: true } as const;
  expect(listText([hidden], plain, now).split('\n')[1]).toMatch(/^mail +running +\? /);
});

test('notes give way on a narrow terminal, versions do not', () => {
  const text = listText([named(onTrial, 'a-guest-with-a-long-name')], { ...plain, width: 80 }, now);
  expect(text).toBe(
    screen(`
      GUEST                     STATE    VERSION        NEXT              NOTES
      a-guest-with-a-long-name  running  13.2 bbbbbbbb  update Tue 23:10  rejected, o…
    `),
  );
});

test.each([
  ['Debian GNU/Linux 13 (trixie) 13.2', '13.2'],
  ['Debian GNU/Linux 13 (trixie)', '13'],
  ['Fedora Linux 41.20261124.0 (Silverblue)', '41.20261124.0'],
  ['Fedora CoreOS 41.20261124.3.0', '41.20261124.3.0'],
  ['Debian GNU/Linux forky/sid 20261126.1432', '20261126.1432'],
  ['Arch Linux', undefined],
  ['Evil \x1b]0;owned', undefined],
  ['', undefined],
])('the version in the title %j', (title, version) => {
  expect(versionOf(title)).toBe(version);
});

test.each([
  ['2026-11-24T04:00:00Z', 'Tue 04:00'],
  ['2026-11-29T04:00:00Z', 'Sun 04:00'],
  ['2026-12-01T04:00:00Z', '2026-12-01'],
  ['2026-11-20T04:00:00Z', '2026-11-20'],
])('%s from then on', (time, words) => {
  expect(soonWords(new Date(time), now)).toBe(words);
});

test('at 80 columns a deployment has its version, and no reason pushes anything out of the screen', () => {
  const [deployment] = running.deployments;
  if (!deployment) throw new Error('it has some');
  const row = {
    deployment,
    isDefault: true,
    isNext: true,
    isRunning: true,
    isPinned: false,
    unique: 110_300_000,
  };
  const rejection = onTrial.rejected[0];
  const text = deploymentsText([{ ...row, trial: onTrial.trial, rejection }], { ...plain, width: 80 });
  expect(text.split('\n')).toEqual([
    '   DEPLOYMENT      VERSION  STATE                                       UNIQUE',
    '*  bbbbbbbbbbbb.0  13.2     running, on trial, 1 of 2 starts left, re…  110.3 MB',
  ]);
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

test('a guest whose file only root may read is not called broken', () => {
  const { at } = whyUnreadable('/etc/ostree-guests/wiki.guest', 'x');
  const error = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
  const hidden = { name: 'wiki', file: at.file, problems: [whyUnreadable(at.file, error)] };
  const guest = { state: 'running', broken: hidden } as const;
  expect(listText([guest], plain, now).split('\n')[1]).toMatch(/^wiki +running +\? +- +for root only$/);
  expect(brokenJson(guest)).toMatchObject({ hidden: true, troubles: [] });
  const wrong = { ...guest, broken: { ...hidden, problems: [...hidden.problems, { at, message: 'x' }] } };
  expect(listText([wrong], plain, now)).toMatch(/file has mistakes/);
  expect(brokenJson(wrong)).toMatchObject({ hidden: true, troubles: [{ kind: 'file has mistakes' }] });
});
