import { expect, test } from 'vitest';
import { parseAddresses } from '../../src/machine/nspawn/machined.ts';
import { UniqueCount } from '../../src/ostree/unique-space.ts';

test('what has no more links than those in one deployment and its object is unique', () => {
  const line = (type: string, inode: number, links: number, blocks: number) =>
    `${type}\t${inode}\t${links}\t${blocks}\n`;
  const found = [
    line('d', 1, 5, 8),
    // A file of /etc, which is a copy.
    line('f', 2, 1, 16),
    // In this deployment only.
    line('f', 3, 2, 32),
    // Twice in this one, and nowhere else.
    line('f', 4, 3, 64) + line('f', 4, 3, 64),
    // In another deployment, or in another guest's repository, too.
    line('f', 5, 3, 128),
    line('l', 6, 4, 256),
  ].join('');
  const count = new UniqueCount(1);
  // It comes in pieces of any length.
  for (const piece of found.match(/[\s\S]{1,7}/g) ?? []) count.add(piece);
  expect(count.bytes).toBe((8 + 16 + 32 + 64) * 512);
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
