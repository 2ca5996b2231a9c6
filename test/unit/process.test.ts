// Whatever a program prints, and however long it and what it started go on, there is an answer of bounded size in time.
import { expect, test } from 'vitest';
import { attach, requireSuccess, run, runOnTerminal } from '../../src/host/process.ts';

const sh = (script: string, options = {}) => run('sh', ['-c', script], options);

test('what it prints, its end of line excepted, and how it ends', async () => {
  expect(await sh('echo out; echo; echo err >&2; exit 3')).toEqual({
    ended: 'exited',
    exitCode: 3,
    stdout: 'out\n',
    stderr: 'err',
  });
  expect(await sh('cat', { input: 'ä\r\n' })).toMatchObject({ stdout: 'ä', exitCode: 0 });
  expect(await sh('cat; echo "$A"', { env: { A: 'b' } })).toMatchObject({ stdout: 'b' });
});

test('what is not there, cannot be started, or is killed, and what exits with the code that a shell has for that', async () => {
  expect(await run('/nonexistent', [])).toMatchObject({
    ended: 'notFound',
    stderr: expect.stringContaining('ENOENT'),
  });
  expect(await run('/etc/passwd', [])).toMatchObject({
    ended: 'notStarted',
    stderr: expect.stringContaining('EACCES'),
  });
  expect(await sh('exit 127')).toMatchObject({ ended: 'exited', exitCode: 127 });
  const reason = 'killed by SIGKILL';
  expect(await sh('kill -9 $$')).toEqual({ ended: 'killed', reason, stdout: '', stderr: `sh: ${reason}` });
});

test('a failure says what failed, and why, even if the program is silent', async () => {
  const failing = (script: string) => async () => requireSuccess('Cannot copy', await sh(script));
  await expect(failing('echo "cp: no room" >&2; echo more >&2; exit 1')()).rejects.toThrow(
    /^Cannot copy: cp: no room$/,
  );
  await expect(failing('exit 3')()).rejects.toThrow(/^Cannot copy: exit code 3$/);
  await expect(failing('echo "a warning" >&2')()).resolves.toBeUndefined();
});

test('on our own terminal, the exit status is that of a shell', async () => {
  expect(await attach('sh', ['-c', 'exit 3'])).toBe(3);
  expect(await attach('sh', ['-c', 'kill -15 $$'])).toBe(143);
  expect(await attach('/nonexistent', [])).toBe(127);
  expect(await attach('/etc/passwd', [])).toBe(126);
});

test('a limit of time holds even if what it started keeps its output open', async () => {
  const begun = performance.now();
  const finished = await sh('sleep 100 & sleep 100', { timeout: 300 });
  expect(finished).toEqual({
    ended: 'timedOut',
    reason: 'took too long',
    stdout: '',
    stderr: 'sh: took too long',
  });
  expect(performance.now() - begun).toBeLessThan(60_000);
});

test('too much for a parser is a failure, at once', async () => {
  const finished = await run('yes', [], { most: 1 << 20 });
  expect(finished).toEqual({
    ended: 'stopped',
    reason: 'printed more than 1 MiB',
    stdout: '',
    stderr: 'yes: printed more than 1 MiB',
  });
});

test('of what is for people, the beginning and the end are kept', async () => {
  const { exitCode, stdout, stderr } = await sh('seq 1000000; seq 1000000 >&2; exit 1', { forPeople: true });
  expect(exitCode).toBe(1);
  for (const text of [stdout, stderr]) {
    expect(text).toMatch(/^1\n2\n.*\n\[\d+ bytes are left out\]\n.*\n999999\n1000000$/s);
    expect(text.length).toBeLessThan(200_000);
  }
  expect((await sh('printf %032768d%032768d 1 2', { forPeople: true })).stdout).toMatch(/^0+10+2$/);
});

test('what is printed on a terminal comes apart from errors', async () => {
  const shown: string[] = [];
  const finished = await runOnTerminal('sh', ['-c', 'test -t 1 && echo ä; echo err >&2; exit 4'], (text) => {
    shown.push(text);
  });
  expect(finished).toMatchObject({ exitCode: 4, stderr: 'err' });
  expect(shown.join('')).toBe('ä\r\n');
});
