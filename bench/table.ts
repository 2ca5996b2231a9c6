// The results in words: Markdown, of which the tables are as readable on a terminal.
import type { Cost, Figure, Results, Row, Target } from './results.ts';
import type { Spread } from './statistics.ts';

export const machineText = ({ machine }: Results): string =>
  `${Object.entries(machine)
    .map(([part, what]) => `${part} ${what}`)
    .join('; ')}.`;

/** The tables of a scenario, and when they were measured. */
export const tablesOf = ({ name, date, load, rows, costs }: Results): string =>
  [
    `\`npm run bench -- ${name}\`, ${date}, load ${number(load)}:\n`,
    rowsTable(rows),
    ...(costs ? [costsTable(costs)] : []),
  ].join('\n');

export const rowsTable = (rows: readonly Row[]): string =>
  table(
    ['what', 'ours', 'against', 'comparison', 'target', ''],
    rows.map((row) => [
      row.what,
      figureText(row.ours, row.unit),
      row.peer ? figureText(row.peer, row.unit) : '',
      row.compared && row.target ? comparedText(row.compared, row.target, row.unit) : '',
      row.target ? targetText(row.target, row.unit) : '',
      row.met === undefined ? '' : row.met ? 'met' : '**missed**',
    ]),
  );

export const costsTable = (costs: readonly Cost[]): string =>
  table(
    ['guests', 'program', 'ms', 'quartiles', 'memory', 'files'],
    costs.map(({ guests, program, milliseconds, peakKiB, files }) => [
      String(guests),
      program,
      number(milliseconds.median),
      range(milliseconds),
      `${number(peakKiB / 1024)} MiB`,
      String(files),
    ]),
  );

function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...body].map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`;
  return [head, widths.map((width) => '-'.repeat(width)), ...body].map(line).join('');
}

const figureText = ({ name, value }: Figure, unit: string): string =>
  `${name}: ${number(value.median)} ${unit}`;

function comparedText(compared: Spread, { is }: Target, unit: string): string {
  const text = is === 'times' ? `× ${number(compared.median)}` : `${signed(compared.median)} ${unit}`;
  return compared.low === compared.high ? text : `${text} (${range(compared)})`;
}

function targetText({ is, limit }: Target, unit: string): string {
  if (is === 'times') return `× ${number(limit)}`;
  return is === 'more' ? `${signed(limit)} ${unit}` : `${number(limit)} ${unit}`;
}

const range = ({ low, high }: Spread): string => `${number(low)} – ${number(high)}`;

const signed = (value: number): string => (value < 0 ? number(value) : `+${number(value)}`);

/** Three digits are more than such figures are good for. */
export function number(value: number): string {
  const size = Math.abs(value);
  const digits = size.toFixed(size >= 100 || Number.isInteger(size) ? 0 : size >= 10 ? 1 : 2);
  return value < 0 ? `−${digits}` : digits;
}
