// The tutorial does what it says: each of its console blocks is run, in order.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inGuest } from './guests.ts';
import { bootHost, type Host } from './host.ts';
import { makeMirror } from './mirror.ts';
import { checkout } from './paths.ts';

let host: Host;

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
});
afterAll(() => host?.stop());

const text = readFileSync(join(checkout(), 'docs/tutorial.md'), 'utf8');
const commands = [...text.matchAll(/^```console\n(.*?)^```$/gms)].flatMap(([, block = '']) =>
  block.trim().split('\n'),
);

test.each(commands)('%s', async (command) => {
  const { exitCode, all } = await host.try(command);
  expect(exitCode, all).toBe(0);
});

test('the guest that is left runs', async () => {
  expect(await inGuest(host, 'mail', 'hostname')).toBe('mail');
});
