// The plots of what a guest uses: lines, and the same in words.
import { t } from '../words/translate.ts';
import { type Histories, type Point, type Resource, shownTime } from './resources.ts';
import { size } from './times.ts';

export interface PlotLine {
  readonly label: string;
  /** A path of SVG, in a square of 100 by 100. */
  readonly path: string;
  readonly now: string;
  readonly most: string;
}

export interface Plot {
  readonly title: string;
  /** What the upper edge stands for; empty if nothing is known. */
  readonly top: string;
  readonly lines: readonly PlotLine[];
  /** All of it in one sentence. */
  readonly summary: string;
}

/** A gap between two samples, in milliseconds, that no line crosses. */
const gap = 10_000;

export function plotsOf(histories: Histories, now: number, language: string): readonly Plot[] {
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });
  const bytes = (value: number) => size(value, language);
  const perSecond = (value: number) => t('{size} per second', { size: bytes(value) });
  const plot = (title: string, least: number, words: (value: number) => string, resources: Labelled) =>
    plotOf({ title, least, words, lines: resources.map(([label, id]) => [label, histories[id] ?? []]) }, now);
  return [
    plot(t('Processor'), 0.1, (value) => percent.format(value), [[t('Of one processor'), 'cpu']]),
    plot(t('Memory'), 1e6, bytes, [[t('With caches'), 'memory']]),
    plot(t('Network'), 1000, perSecond, [
      [t('Received'), 'received'],
      [t('Sent'), 'sent'],
    ]),
    plot(t('Disk'), 1000, perSecond, [
      [t('Read'), 'read'],
      [t('Written'), 'written'],
    ]),
  ];
}

type Labelled = readonly (readonly [label: string, resource: Resource])[];

interface PlotWish {
  readonly title: string;
  /** The upper edge if all values are smaller. */
  readonly least: number;
  readonly words: (value: number) => string;
  readonly lines: readonly (readonly [label: string, points: readonly Point[]])[];
}

function plotOf({ title, least, words, lines }: PlotWish, now: number): Plot {
  const all = lines.map(([label, points]) => ({
    label,
    points: points.filter(({ time }) => time > now - shownTime),
  }));
  const known = all.filter(({ points }) => points.length > 0);
  const top = upperEdge(Math.max(least, ...known.map(({ points }) => greatest(points))));
  const shown = known.map(({ label, points }) => ({
    label,
    path: pathOf(points, now, top),
    now: words(points.at(-1)?.value ?? 0),
    most: words(greatest(points)),
  }));
  const sentences = shown.map((line) =>
    t('{label}: {now} now, {most} at most', { label: line.label, now: line.now, most: line.most }),
  );
  return {
    title,
    top: shown.length === 0 ? '' : words(top),
    lines: shown,
    summary: `${title}. ${sentences.join('. ') || t('No values yet')}`,
  };
}

const greatest = (points: readonly Point[]): number => Math.max(...points.map(({ value }) => value));

/** Returns the next 1, 2 or 5 with zeros. */
export function upperEdge(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const digit = [1, 2, 5, 10].find((one) => one * power >= value * 0.999) ?? 10;
  return digit * power;
}

/** Draws a line through the points, from left to right. */
export function pathOf(points: readonly Point[], now: number, top: number): string {
  return points
    .map(({ time, value }, index) => {
      const before = points[index - 1]?.time ?? Number.NEGATIVE_INFINITY;
      const x = 100 - ((now - time) / shownTime) * 100;
      return `${time - before > gap ? 'M' : 'L'}${x.toFixed(2)} ${(100 - (value / top) * 100).toFixed(2)}`;
    })
    .join('');
}
