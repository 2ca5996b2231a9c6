// Where the results go: to the terminal, to build/bench, and with UPDATE_DOCS=1 to docs/performance.md with its plot.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '../test/host/paths.ts';
import { bareNode, onNode, onQuickJS } from './generators.ts';
import type { Cost, Results } from './results.ts';
import { plot } from './svg.ts';
import { machineText, tablesOf } from './table.ts';

const colors = [
  [onQuickJS, '#0072b2'],
  [onNode, '#56b4e9'],
  ['Quadlet', '#d55e00'],
  ['fstab', '#009e73'],
  [bareNode, '#999999'],
] as const;

export function report(results: Results): void {
  process.stdout.write(`${machineText(results)}\n\n${tablesOf(results)}\n`);
  const directory = join(checkout(), 'build/bench');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${results.name}.json`), `${JSON.stringify(results, undefined, 1)}\n`);
  writePlot(directory, results);
  if (process.env['UPDATE_DOCS']) updateDocs(results);
}

function updateDocs(results: Results): void {
  const docs = join(checkout(), 'docs');
  const page = join(docs, 'performance.md');
  const before = readFileSync(page, 'utf8');
  const updated = replaceMeasured(before, 'machine', `${machineText(results)}\n`);
  writeFileSync(page, replaceMeasured(updated, results.name, tablesOf(results)));
  writePlot(docs, results);
}

function writePlot(directory: string, { costs }: Results): void {
  if (costs) writeFileSync(join(directory, 'performance.svg'), costPlot(costs));
}

const costPlot = (costs: readonly Cost[]): string =>
  plot(
    { title: 'What a generator costs at each boot and daemon-reload', x: 'guests', y: 'milliseconds' },
    colors.map(([name, color]) => {
      const ours = costs.filter(({ guests, program }) => program === name && guests > 0);
      return { name, color, points: ours.map(({ guests, milliseconds }) => [guests, milliseconds.median]) };
    }),
  );

/** Puts what was measured between two marks; what people wrote around them stays. */
export function replaceMeasured(page: string, name: string, measured: string): string {
  const marks = new RegExp(`(<!-- measured: ${name} -->\\n).*?(<!-- end -->)`, 's');
  if (!marks.test(page))
    throw new Error(`docs/performance.md has lost its marks: <!-- measured: ${name} -->, <!-- end -->`);
  return page.replace(marks, (_, begin, end) => `${begin}\n${measured}\n${end}`);
}
