// Which work directories of host tests are removed: those of processes that have ended, if that can be known.
import { expect, test } from 'vitest';
import { ownerOf } from '../host/workdir.ts';

const starts = (pid: number) => (pid === 42 ? '700' : undefined);

test.each([
  ['host-42-700-fffcabcdef', 'alive'],
  ['host-42-699-fffcabcdef', 'gone'],
  ['stand-in-43-700-fffcabcdef', 'gone'],
  // Process 42 of another PID namespace is another one, and not to be seen here.
  ['host-42-700-0001abcdef', 'elsewhere'],
  ['host-43-700-0001abcdef', 'elsewhere'],
  ['debs-abcdef01', 'unknown'],
])('%s', (entry, owner) => {
  expect(ownerOf(entry, starts, 'fffc')).toBe(owner);
});
