import { printableLine } from '../../host/printable.ts';
import type { Screen, Style } from '../screen.ts';

/** A column of a table. */
export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  readonly style?: (row: Row) => Style | undefined;
  /** True if it is shown only with `-o wide`. */
  readonly wide?: true;
  /** True if it may be cut on a narrow terminal. */
  readonly shrinks?: true;
}

/** Prints columns as wide as their widest cell, two spaces apart. The last one is not padded. */
export function table<Row>(all: readonly Column<Row>[], rows: readonly Row[], screen: Screen): string {
  const columns = all.filter(({ wide }) => screen.wide || !wide);
  const cells = rows.map((row) => columns.map(({ cell }) => printableLine(cell(row))));
  const header = columns.map(({ title }) => title);
  const widths = fitted(columns, [...(screen.legend ? [header] : []), ...cells], screen.width);
  const line = (texts: readonly string[], paint: (text: string, column: Column<Row>) => string) =>
    columns
      .map((column, index) => {
        const text = shorten(texts[index] ?? '', widths[index] ?? 0);
        const padding = index === columns.length - 1 ? '' : ' '.repeat((widths[index] ?? 0) - text.length);
        return (text && paint(text, column)) + padding;
      })
      .join('  ')
      .trimEnd();
  return [
    ...(screen.legend ? [line(header, (text) => screen.paint('bold', text))] : []),
    ...rows.map((row, index) =>
      line(cells[index] ?? [], (text, { style }) => {
        const chosen = style?.(row);
        return chosen ? screen.paint(chosen, text) : text;
      }),
    ),
  ].join('\n');
}

/** Returns the width of each column. If they do not fit, columns that may shrink do so, the last one first. */
function fitted<Row>(
  columns: readonly Column<Row>[],
  lines: readonly (readonly string[])[],
  screen: number,
): number[] {
  const widths = columns.map((_, index) => Math.max(0, ...lines.map((line) => (line[index] ?? '').length)));
  let excess = widths.reduce((sum, width) => sum + width + 2, -2) - screen;
  for (const [index, { shrinks }] of [...columns.entries()].toReversed()) {
    const give = shrinks ? Math.min(Math.max(excess, 0), Math.max((widths[index] ?? 0) - narrowest, 0)) : 0;
    widths[index] = (widths[index] ?? 0) - give;
    excess -= give;
  }
  return widths;
}

/** The least width of a column, for it to be readable. */
const narrowest = 12;

const shorten = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(width - 1, 0))}…`;
