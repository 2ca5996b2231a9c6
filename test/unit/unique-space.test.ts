import { expect, test } from 'vitest';
import { parseAddresses } from '../../src/machine/machine-facts.ts';
import { countUnique } from '../../src/ostree/unique-space.ts';

test('what has no more links than those in one deployment and its object is unique', () => {
  const line = (root: string, type: string, inode: number, links: number, blocks: number) =>
    `${root}\t${type}\t${inode}\t${links}\t${blocks}\n`;
  const found = [
    line('/a', 'd', 1, 5, 8),
    // A file of /etc, which is a copy.
    line('/a', 'f', 2, 1, 16),
    // In this deployment only.
    line('/a', 'f', 3, 2, 32),
    // Twice in this one, and nowhere else.
    line('/a', 'f', 4, 3, 64) + line('/a', 'f', 4, 3, 64),
    // In both.
    line('/a', 'f', 5, 3, 128) + line('/b', 'f', 5, 3, 128),
    // In another guest's repository, too.
    line('/b', 'f', 6, 3, 256),
    line('/b', 'l', 7, 2, 0),
  ].join('');
  expect(countUnique(found)).toEqual(
    new Map([
      ['/a', (8 + 16 + 32 + 64) * 512],
      ['/b', 0],
    ]),
  );
});

test('the addresses of a machine, as busctl of systemd 257 prints them', () => {
  const link = [254, 128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
  const answer = {
    type: 'a(iay)',
    data: [
      [
        [2, [10, 0, 0, 2]],
        [10, link],
      ],
    ],
  };
  expect(parseAddresses(JSON.stringify(answer))).toEqual(['10.0.0.2', 'fe80::1']);
  expect(parseAddresses('{"type":"a(iay)","data":[[]]}')).toEqual([]);
});
