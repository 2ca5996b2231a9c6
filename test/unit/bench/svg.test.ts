import { expect, test } from 'vitest';
import { plot } from '../../../bench/svg.ts';

const labels = { title: 'a < b & c', x: 'guests', y: 'ms' };
const series = [
  { name: 'ours', color: '#00f', points: [[1, 2] as const, [10, 20] as const, [100, 200] as const] },
  { name: 'theirs', color: '#f00', points: [[1, 1000] as const] },
];

test('a power of ten is as far from the next everywhere', () => {
  const [, first, second, third] = /<polyline points="(\S+) (\S+) (\S+)"/.exec(plot(labels, series)) ?? [];
  const [x, y] = [0, 1].map((axis) =>
    [first, second, third].map((place) => Number(place?.split(',')[axis])),
  ) as [number[], number[]];
  expect(x).toEqual([70, 300, 530]);
  const [low = 0, middle = 0, high = 0] = y;
  expect(middle - low).toBeCloseTo(high - middle, 0);
  expect(high).toBeLessThan(low);
});

test('the axes have a tick at each power of ten around the points', () => {
  const ticks = [...plot(labels, series).matchAll(/text-anchor="end">(\d+)</g)].map(([, tick]) => tick);
  expect(ticks).toEqual(['1', '10', '100', '1000']);
});

test('a legend for each series; text is text', () => {
  const svg = plot(labels, series);
  expect(svg).toContain('>theirs</text>');
  expect(svg).toContain('a &lt; b &amp; c');
  expect(svg.match(/<circle/g)).toHaveLength(4);
});
