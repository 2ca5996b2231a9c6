// Which lower layers of an image can have a merged tree.
import { expect, test } from 'vitest';
import { lowerParts, lowerRef } from '../../src/trees/image/layer-refs.ts';

test.each<[string[], string[][]]>([
  [[], []],
  [['a'], []],
  [['a', 'b'], []],
  [['a', 'b', 'c'], [['a', 'b']]],
  [
    ['a', 'b', 'a', 'c'],
    [
      ['a', 'b', 'a'],
      ['a', 'b'],
    ],
  ],
])('of %j', (layers, parts) => {
  expect(lowerParts(layers)).toEqual(parts);
});

test('the order of the layers counts', () => {
  expect(lowerRef(['a', 'b'])).not.toBe(lowerRef(['b', 'a']));
});
