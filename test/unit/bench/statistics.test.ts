import { expect, test } from 'vitest';
import { differencesOf, ratiosOf, spreadOf, sumsOf } from '../../../bench/statistics.ts';

test('the median and the quartiles, between two values in proportion', () => {
  expect(spreadOf([5, 1, 3, 2, 4])).toEqual({ low: 2, median: 3, high: 4 });
  expect(spreadOf([1, 2, 3, 4])).toEqual({ low: 1.75, median: 2.5, high: 3.25 });
  expect(spreadOf([7])).toEqual({ low: 7, median: 7, high: 7 });
});

test('nothing measured has no median', () => {
  expect(() => spreadOf([])).toThrow('Nothing was measured');
});

test('ratios, differences and sums are of the same round', () => {
  expect(ratiosOf([10, 30], [5, 10])).toEqual([2, 3]);
  expect(differencesOf([10, 30], [5, 10])).toEqual([5, 20]);
  expect(sumsOf([1, 2], [10, 20], [100, 200])).toEqual([111, 222]);
  expect(() => ratiosOf([1, 2], [1])).toThrow('2 rounds against 1');
});
