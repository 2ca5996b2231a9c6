import { expect, test } from 'vitest';
import { addressesOf } from '../../src/machine/machine-facts.ts';
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

test('the addresses of a machine, as machinectl of systemd 257 lists them', () => {
  const listed =
    '[{"machine":"build","class":"container","service":"systemd-nspawn","os":"debian","version":"13","addresses":"-"},' +
    '{"machine":"mail","class":"container","service":"systemd-nspawn","os":"debian","version":"13","addresses":"10.0.0.2\\nfe80::1"}]\n';
  expect(addressesOf(listed, 'mail')).toEqual(['10.0.0.2', 'fe80::1']);
  expect([addressesOf(listed, 'build'), addressesOf(listed, 'other'), addressesOf('', 'mail')]).toEqual([
    [],
    [],
    [],
  ]);
});
