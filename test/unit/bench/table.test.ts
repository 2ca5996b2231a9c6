import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { replaceMeasured } from '../../../bench/report.ts';
import { row } from '../../../bench/results.ts';
import { scenarios } from '../../../bench/scenarios.ts';
import { costsTable, number, rowsTable, tablesOf } from '../../../bench/table.ts';

const ours = { name: 'ours', samples: [10, 12, 11] };
const peer = { name: 'Quadlet', samples: [20, 20, 44] };

test('each kind of target, met and missed', () => {
  const rows = [
    row('times', 'ms', ours, { is: 'times', limit: 0.5 }, peer),
    row('more', 'ms', ours, { is: 'more', limit: -9 }, peer),
    row('at most', 'ms', ours, { is: 'at most', limit: 10 }),
    row('none', 'MiB', { name: 'ours', samples: [5] }),
  ];
  expect(rowsTable(rows)).toBe(
    [
      '| what    | ours        | against        | comparison           | target |            |',
      '| ------- | ----------- | -------------- | -------------------- | ------ | ---------- |',
      '| times   | ours: 11 ms | Quadlet: 20 ms | × 0.50 (0.38 – 0.55) | × 0.50 | met        |',
      '| more    | ours: 11 ms | Quadlet: 20 ms | −10 ms (−21.5 – −9)  | −9 ms  | met        |',
      '| at most | ours: 11 ms |                |                      | 10 ms  | **missed** |',
      '| none    | ours: 5 MiB |                |                      |        |            |',
      '',
    ].join('\n'),
  );
});

test('each scenario has a table in docs/performance.md, which says how it was measured', () => {
  const page = readFileSync('docs/performance.md', 'utf8');
  for (const { name } of scenarios) expect(replaceMeasured(page, name, 'new')).toContain('new');
  const results = {
    name: 'http',
    date: '2026-01-02',
    load: 1.234,
    machine: {},
    rows: [row('a', 'ms', ours)],
  };
  expect(tablesOf(results)).toMatch(/^`npm run bench -- http`, 2026-01-02, load 1\.23:\n\n\| what/);
});

test('what a generator costs', () => {
  const milliseconds = { low: 1.234, median: 2.345, high: 34.56 };
  const cost = { guests: 1, program: 'Quadlet', milliseconds, samples: [], peakKiB: 2048, files: 3 };
  expect(costsTable([cost])).toContain('| 1      | Quadlet | 2.35 | 1.23 – 34.6 | 2 MiB  | 3     |');
});

test('as many digits as a figure is good for', () => {
  expect([0.123, 1.26, 12.34, 123.4, 3].map(number)).toEqual(['0.12', '1.26', '12.3', '123', '3']);
});

test('only what is between the marks of the page changes', () => {
  const [begin, end] = ['before\n<!-- measured: a -->\n', '<!-- end -->\nafter\n'];
  const other = '<!-- measured: b -->\nof b\n<!-- end -->\n';
  expect(replaceMeasured(`${begin}old\n${end}${other}`, 'a', 'new $1')).toBe(
    `${begin}\nnew $1\n${end}${other}`,
  );
  expect(() => replaceMeasured(other, 'a', 'new')).toThrow('has lost its marks: <!-- measured: a -->');
});
