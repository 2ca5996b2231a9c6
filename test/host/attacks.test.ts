// Attacks on a host that has another guest. What they changed, and not what their commands answered, is what counts.
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as everywhere from './attacks/everywhere.ts';
import * as pipe from './attacks/pipe.ts';
import * as setuid from './attacks/setuid.ts';
import * as version from './attacks/version.ts';
import { makeNeighbour, watch } from './attacks/watcher.ts';
import { bootHost, type Host } from './host.ts';
import { makeMirror, mirrorPath } from './mirror.ts';

let host: Host;

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
  await makeNeighbour(host);
});
afterAll(() => host?.stop());

test.each([everywhere, setuid, version, pipe])('$title', async ({ attack, guest }) => {
  const watcher = await watch(host, { guests: [guest], paths: [mirrorPath, '/srv/guests'] });
  await attack(host, 'neighbour');
  expect(await watcher.changes()).toEqual([]);
});
