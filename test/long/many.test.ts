import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, status, update } from '../host/guests.ts';
import { bootHost, type Host } from '../host/host.ts';
import { serveMirror } from '../host/http.ts';
import { lightFile, publishLight } from '../host/light.ts';
import { makeMirror } from '../host/mirror.ts';
import { makeWait } from '../host/waiting-updates.ts';

let host: Host;
const names = Array.from({ length: 20 }, (_, index) => `guest-${index}`);

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
});
afterAll(() => host?.stop());

test('twenty guests updated at once all arrive, one after the other, and who waits says so', async () => {
  const commit = await publishLight(host, '1');
  for (const name of names) await host.write(`/etc/ostree-guests/${name}.guest`, lightFile());
  await host.run('systemctl', 'daemon-reload');
  await host.sh(`systemctl start --no-block ${names.map((name) => `ostree-guest-update@${name}`).join(' ')}`);
  await eventually(
    host,
    `systemctl show --property=StatusText 'ostree-guest-update@*' | grep -E 'Waiting for (the update of )?another guest'`,
  );
  await host.sh(`systemctl start ${names.map((name) => `ostree-guest-update@${name}`).join(' ')}`);
  for (const name of names)
    expect((await status(host, name)).deployments).toMatchObject([{ checksum: commit }]);
  // From one fetch to the next there is never a second one: each begins after the one before has ended.
  const steps = await host.sh(
    `journalctl --sync; journalctl -o cat -t ostree-guest-update | grep -E '^(Fetching|Deploying)'`,
  );
  expect(steps.split('\n').filter((line) => line.startsWith('Fetching'))).toHaveLength(names.length);
});

test('of guests that wait for a slot with a new commit, one is a Node', async () => {
  const waiting = names.slice(0, 5);
  const server = await serveMirror(host);
  for (const name of waiting)
    await host.write(`/etc/ostree-guests/${name}.guest`, lightFile('', 'light', `${server.url}/repo`));
  await host.run('systemctl', 'daemon-reload');
  // Finds nothing new, and writes down what it asked.
  for (const name of waiting) await update(host, name);
  const commit = await publishLight(host, '2');
  const { nodes, release } = await makeWait(host, waiting);
  expect(nodes).toBe(1);
  await release();
  await host.sh(`systemctl start ${waiting.map((name) => `ostree-guest-update@${name}`).join(' ')}`);
  for (const name of waiting) expect((await status(host, name)).staged?.checksum).toBe(commit);
  await server.stop();
});
