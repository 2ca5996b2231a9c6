// Where the results go: to the terminal, to build/bench, and with UPDATE_DOCS=1 to docs/performance.md with its plot.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '../test/host/paths.ts';
import { bareNode, onNode, onQuickJS } from './generators.ts';
import type { Results } from './results.ts';
import { plot } from './svg.ts';
import { costsTable, machineText, rowsTable } from './table.ts';

const colors = [
  [onQuickJS, '#0072b2'],
  [onNode, '#56b4e9'],
  ['Quadlet', '#d55e00'],
  ['fstab', '#009e73'],
  [bareNode, '#999999'],
] as const;

export function report(results: Results): void {
  const tables = `${rowsTable(results.rows)}\n${costsTable(results.costs)}`;
  process.stdout.write(`${machineText(results)}\n\n${tables}`);
  const directory = join(checkout(), 'build/bench');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'performance.json'), `${JSON.stringify(results, undefined, 1)}\n`);
  writeFileSync(join(directory, 'performance.svg'), costPlot(results));
  if (process.env['UPDATE_DOCS']) updateDocs(results, tables);
}

function updateDocs(results: Results, tables: string): void {
  const docs = join(checkout(), 'docs');
  const page = join(docs, 'performance.md');
  const measured = `${machineText(results)}\n\n    ${results.command}\n\n${tables}\n![The plot](performance.svg)\n`;
  writeFileSync(page, replaceMeasured(readFileSync(page, 'utf8'), measured));
  writeFileSync(join(docs, 'performance.svg'), costPlot(results));
}

const costPlot = ({ costs }: Results): string =>
  plot(
    { title: 'What a generator costs at each boot and daemon-reload', x: 'guests', y: 'milliseconds' },
    colors.map(([name, color]) => {
      const ours = costs.filter(({ guests, program }) => program === name && guests > 0);
      return { name, color, points: ours.map(({ guests, milliseconds }) => [guests, milliseconds.median]) };
    }),
  );

/** Puts what was measured between the two marks; what people wrote around them stays. */
export function replaceMeasured(page: string, measured: string): string {
  const marks = /(<!-- measured -->\n)[\s\S]*(<!-- end -->)/;
  if (!marks.test(page))
    throw new Error('docs/performance.md has lost its marks: <!-- measured -->, <!-- end -->');
  return page.replace(marks, (_, begin, end) => `${begin}\n${measured}\n${end}`);
}
