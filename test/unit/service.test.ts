// The exit status of a step, which says whether it is worth to run it again.
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Failure } from '../../src/host/failure.ts';
import { NoAnswer } from '../../src/host/systemctl.ts';
import { runService } from '../../src/steps/service.ts';

vi.mock('../../src/steps/update/private-run.ts', () => ({ requirePrivateRun: () => undefined }));
vi.mock('../../src/host/started-by.ts', () => ({ correctTrigger: async () => undefined }));
vi.mock('../../src/state/report.ts', () => ({ complain: () => undefined }));

const [arguments_, status] = [process.argv, process.exitCode];
beforeEach(() => {
  process.argv = ['node', 'step', 'mail'];
});
afterEach(() => {
  process.argv = arguments_;
  process.exitCode = status;
});

const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' });

test.each<[title: string, error: Error | undefined, status: number]>([
  ['is done', undefined, 0],
  ['has failed', new Failure('it is not healthy'), 1],
  ['had no answer from systemd', new NoAnswer('systemd does not answer'), 70],
  ['was ended by the disk', full, 70],
  ['has a bug', new TypeError('x is undefined'), 70],
])('a step that %s', async (_, error, expected) => {
  await runService(
    (name) => name,
    (name) => name,
    async () => {
      if (error) throw error;
    },
  );
  expect(process.exitCode).toBe(expected);
});

test('an assessment without a verdict is run again', () => {
  expect(readFileSync('units/ostree-guest-assess@.service', 'utf8')).toMatch(
    /^RestartForceExitStatus=70 SIGTERM$/m,
  );
});
