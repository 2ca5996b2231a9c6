// What shells offer behind the words that are there; real shells, with stand-ins for the names of guests only.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bashCompletion } from '../../src/guestctl/completion/bash.ts';
import { fishCompletion } from '../../src/guestctl/completion/fish.ts';
import { zshCompletion } from '../../src/guestctl/completion/zsh.ts';
import { makeProgram } from '../../src/guestctl/program.ts';

const program = makeProgram('1.0');
const standIn =
  '#!/bin/sh\ncase "$*" in "complete guests") echo build; echo mail ;; "complete declared") echo debian; echo mail ;; "complete deployments mail "*) echo abc.0 ;; esac\n';
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'completion-'));
  writeFileSync(join(directory, 'guestctl'), standIn, { mode: 0o755 });
  writeFileSync(join(directory, 'bash'), bashCompletion(program));
  writeFileSync(join(directory, 'guestctl.fish'), fishCompletion(program));
  writeFileSync(join(directory, '_guestctl'), zshCompletion(program));
});
afterAll(() => rmSync(directory, { recursive: true }));

function run(shell: string, args: string[]): string[] {
  const env = { ...process.env, PATH: `${directory}:${process.env['PATH']}`, HOME: directory };
  const { stdout, stderr } = spawnSync(shell, args, { env, encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter(Boolean);
}

/** What bash offers for the last of these words. */
function bash(line: string): string[] {
  const script = `source ${directory}/bash; COMP_WORDS=(guestctl "$@"); COMP_CWORD=$#; _guestctl; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return run('bash', ['-c', script, 'bash', ...line.split(' ')]);
}

const fish = (line: string): string[] =>
  run('fish', ['--no-config', '-c', `source ${directory}/guestctl.fish; complete -C "guestctl ${line}"`]).map(
    (offer) => offer.split('\t')[0] ?? '',
  );

/** Words, and what is offered behind them, among other things. */
const cases: [string, string[]][] = [
  ['st', ['start', 'status', 'stop']],
  ['status ', ['build', 'mail']],
  ['status m', ['mail']],
  ['start mail ', ['build', 'mail']],
  ['cat ', ['debian', 'mail']],
  ['pin mail ', ['abc.0']],
  ['rollback --var mail ', ['abc.0']],
  ['list -o w', ['wide']],
  ['list -o json --no-l', ['--no-legend']],
  ['create mail --g', ['--gpg-key']],
];

test.each(cases)('bash: guestctl %s', (line, offers) => {
  expect(bash(line).sort()).toEqual(offers);
});

const has = (shell: string) => spawnSync(shell, ['--version']).status === 0;
test.skipIf(!has('fish')).each(cases)('fish: guestctl %s', (line, offers) => {
  expect(fish(line)).toEqual(offers);
});

test.skipIf(!has('zsh'))('zsh takes it as it is', () => {
  expect(run('zsh', ['-f', '-n', join(directory, '_guestctl')])).toEqual([]);
});
