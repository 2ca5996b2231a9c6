// How the page in Cockpit runs guestctl: what it takes for an answer, and what an action is given and says.
import { beforeEach, expect, test, vi } from 'vitest';

interface Spawned {
  readonly options: { readonly pty?: boolean };
  input: string | undefined;
  /** Passes on a piece of output. */
  print: (text: string) => void;
  end: (failure?: { message: string | null; problem: string | null }) => void;
}

interface Commands {
  ask(command: string): Promise<unknown>;
  act(command: readonly string[], tell: (said: string) => void, input?: string): Promise<void>;
}

let spawned: Spawned;

/** A process of Cockpit that the test ends. */
function spawn(_command: readonly string[], options: Spawned['options']) {
  const one: Spawned = { options, input: undefined, print: () => {}, end: () => {} };
  const promise = new Promise<string>((resolve, reject) => {
    one.end = (failure) => (failure ? reject(failure) : resolve(''));
  });
  spawned = one;
  return Object.assign(promise, {
    stream(tell: (text: string) => void) {
      one.print = tell;
      return promise;
    },
    input(text: string) {
      one.input = text;
    },
  });
}

vi.stubGlobal('window', { cockpit: { spawn } });
/** Not a literal: the types of a browser are not those of tests. */
const commands = '../../src/cockpit/bridge/run-guestctl.ts';
const { act, ask }: Commands = await import(commands);

const said: string[] = [];
beforeEach(() => said.splice(0));
const run = (input?: string) => act(['guestctl', 'update', 'mail'], (text) => said.push(text), input);

test('an answer that has no end is a failure, and not waited for', async () => {
  const answer = ask('list');
  spawned.print('[{"name": "mail", ');
  spawned.end({ message: 'Disconnected', problem: 'disconnected' });
  await expect(answer).rejects.toThrow('Disconnected');
});

test('an answer that is no JSON is a failure, too', async () => {
  const answer = ask('list');
  spawned.print('mail running');
  spawned.end();
  await expect(answer).rejects.toThrow('guestctl printed something else than JSON');
});

test('a command that fails may have answered', async () => {
  const answer = ask('list');
  spawned.print('[]');
  spawned.end({ message: 'mail is damaged', problem: null });
  expect(await answer).toEqual([]);
});

test('an action without input has a terminal', async () => {
  const done = run();
  spawned.end();
  await done;
  expect(spawned).toMatchObject({ options: { pty: true }, input: undefined });
});

test.each(['', '[Guest]\n'])('an action with input %j has that, and no terminal', async (input) => {
  const done = run(input);
  spawned.end();
  await done;
  expect(spawned).toMatchObject({ options: { pty: false }, input });
});

test('progress that is erased is forgotten, wherever the output is cut', async () => {
  const done = run();
  const output = `Fetching\r\n${Array.from({ length: 500 }, (_, at) => `${at} MB\r\u001b[K`).join('')}`;
  for (const character of output) spawned.print(character);
  expect(said.at(-1)).toBe('Fetching\n');
  expect(Math.max(...said.map((text) => text.length))).toBeLessThan(30);
  spawned.print('Ready\r\n');
  spawned.end();
  await done;
  expect(said.at(-1)).toBe('Fetching\nReady\n');
});

test('of endless output, the end is kept', async () => {
  const failed = act(['guestctl', 'update', 'mail'], () => {});
  for (let at = 0; at < 2000; at += 1) spawned.print(`${'.'.repeat(90)} ${at}\r\n`);
  spawned.end({ message: null, problem: null });
  const error: unknown = await failed.catch((one: unknown) => one);
  const text = error instanceof Error ? error.message : '';
  expect(text).toMatch(/^\.+ \d+\n/);
  expect(text.endsWith(' 1999')).toBe(true);
  expect(text.length).toBeLessThan(100_001);
});
