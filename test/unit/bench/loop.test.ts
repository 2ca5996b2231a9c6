// A round of the measuring loop, as bash runs it.
import { execFileSync, spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { parseRound, roundScript } from '../../../bench/loop.ts';

const run = (script: string) => execFileSync('bash', ['-c', script], { encoding: 'utf8' });

test('what is compared runs in order, each after what comes before it', () => {
  const contenders = [
    { name: 'a', before: 'a=$((a + 1))', command: 'A=b true' },
    { name: 'b', before: 'a=$((a + 1))', command: 'a=$((a * 2))' },
  ].map((contender) => ({ ...contender, elapsed: 'echo $((a * 1000))', spent: 'echo $((a * 2000))' }));
  expect(parseRound(contenders, run(roundScript(contenders, 'a=10')))).toEqual([
    [11, 22],
    [24, 48],
  ]);
});

test('by default it is the time that the command takes', () => {
  const contenders = [{ name: 'a', before: 'sleep 0.1', command: 'sleep 0.05' }];
  const [times] = parseRound(contenders, run(roundScript(contenders)));
  expect(times?.[0]).toBeGreaterThanOrEqual(50);
});

test.each([
  ['a command', { command: 'ls /nonexistent' }, 'a failed:\n'],
  ['what comes before', { before: 'ls /nonexistent', command: 'true' }, 'what comes before a failed:\n'],
])('%s that fails ends it, with what it printed', (_, contender, message) => {
  const script = roundScript([{ name: 'a', ...contender }]);
  const { status, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toContain(message);
  expect(stderr).toContain('/nonexistent');
});

test('what the loop cannot have printed is refused', () => {
  const contenders = [{ name: 'a', command: 'true' }];
  expect(() => parseRound(contenders, '1\n')).toThrow('Instead of 1 pairs of times, the loop printed:\n1');
  expect(() => parseRound(contenders, 'error\n')).toThrow('error');
});
