// The result of a run, as a table for people and for docs/design.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '../host/paths.ts';

export interface Row {
  readonly what: string;
  readonly seconds: number;
  readonly passed: boolean;
  /** What was seen, or why it failed. */
  readonly seen: string;
}

export interface Result {
  readonly commit: string;
  readonly date: string;
  readonly rows: readonly Row[];
}

export function resultTable({ commit, date, rows }: Result): string {
  const minutes = Math.round(rows.reduce((sum, { seconds }) => sum + seconds, 0) / 60);
  const lines = rows.map(
    ({ what, seconds, passed, seen }) =>
      `| ${what} | ${seconds} s | ${passed ? 'passed' : '**failed**'} | ${seen} |`,
  );
  return [
    `${date}, at ${commit}, in ${minutes} minutes:`,
    '',
    '| what | how long | outcome | seen |',
    '| --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}

/** Puts it between the two marks in docs/design.md. */
export function updateDocs(result: Result): void {
  const page = join(checkout(), 'docs/design.md');
  const text = readFileSync(page, 'utf8');
  const marks = /(<!-- npm run test:vm -->\n)[\s\S]*(<!-- end -->)/;
  if (!marks.test(text))
    throw new Error(`${page} has lost its marks: <!-- npm run test:vm -->, <!-- end -->`);
  writeFileSync(
    page,
    text.replace(marks, (_, begin, end) => `${begin}\n${resultTable(result)}\n\n${end}`),
  );
}
