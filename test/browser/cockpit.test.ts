// The page in Cockpit, in a real browser: what it shows, and what its buttons do on the host.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { declare, reaches, start, status, update } from '../host/guests.ts';
import { makeMirror, publish, serverRef } from '../host/mirror.ts';
import { bootCockpit, type CockpitHost, type Visit, visit } from './browser.ts';

let cockpit: CockpitHost;
let visited: Visit;
const row = (guest: string) => visited.frame.locator(`tr[data-guest=${guest}]`);

beforeAll(async () => {
  cockpit = await bootCockpit();
  await makeMirror(cockpit.host);
  await declare(cockpit.host, 'mail');
  await update(cockpit.host, 'mail');
  visited = await visit(cockpit.browser);
});
afterAll(() => cockpit?.stop());

test('it lists the guests of the host', async () => {
  await row('mail').getByText('stopped').waitFor();
  await row('mail').getByText('12.1').waitFor();
});

test('it shows at once what happens on the host', async () => {
  await start(cockpit.host, 'mail');
  await row('mail').getByText('running').waitFor();
  await declare(cockpit.host, 'web');
  await row('web').getByText('not created').waitFor();
});

test('its buttons create and start a guest', async () => {
  await row('web').getByRole('button', { name: 'Create' }).click();
  await row('web').getByText('stopped').waitFor();
  await row('web').getByRole('button', { name: 'Start', exact: true }).click();
  await reaches(cockpit.host, 'web', 'active');
  await row('web').getByText('running').waitFor();
});

test('an update is fetched, and the guest restarts into it after a question', async () => {
  const commit = await publish(cockpit.host, serverRef, { version: '12.2' });
  await row('web').getByRole('button', { name: 'Update' }).click();
  await row('web').getByRole('button', { name: 'Restart into update' }).click();
  await visited.frame.getByRole('dialog').getByRole('button', { name: 'Restart into update' }).click();
  const done = visited.frame.locator('[data-state=done]');
  await done.getByText('Restarting web into its update').waitFor();
  await row('web').getByText('12.2').waitFor();
  expect((await status(cockpit.host, 'web')).running?.checksum).toBe(commit);
});

test('the page of a guest shows its life, and what another deployment changes', async () => {
  const { frame } = visited;
  await frame.getByRole('button', { name: 'web', exact: true }).click();
  await frame.getByText('/etc/ostree-guests/web.guest').waitFor();
  await frame.getByRole('button', { name: 'Changes since' }).click();
  const dialog = frame.getByRole('dialog');
  await dialog.getByText(/From 12\.1 \w+ to 12\.2/).waitFor();
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await frame.getByRole('tab', { name: 'History' }).click();
  await frame.getByText('Created: 12.1').waitFor();
  await frame.getByText(/Healthy: .*12\.2/).waitFor();
  await frame.getByRole('tab', { name: 'Journal' }).click();
  await frame.getByText('Created from site:debian/12/server').first().waitFor();
  await frame.getByRole('button', { name: 'Inside the guest' }).click();
  await frame.getByRole('log').getByText('systemd[1]').first().waitFor();
});

test('a deployment is pinned, and the next start goes back to another', async () => {
  const { frame } = visited;
  await frame.getByRole('tab', { name: 'Overview' }).click();
  await frame.locator('[data-deployment]').nth(1).getByRole('button', { name: 'Pin', exact: true }).click();
  await frame.locator('[data-deployment]').nth(1).getByText('pinned').waitFor();
  await frame.getByRole('button', { name: 'Boot at next start' }).click();
  await frame.getByRole('dialog').getByRole('button', { name: 'Boot at next start' }).click();
  await frame.locator('[data-deployment]').nth(1).getByText('next start').waitFor();
  const listed = await cockpit.host.sh('guestctl deployments -o json web');
  expect(JSON.parse(listed)).toMatchObject([{}, { pinned: true, next: true }]);
  await frame.getByRole('button', { name: 'OSTree guests' }).click();
});

test('a guest is created and started by a dialogue', async () => {
  const { frame } = visited;
  await frame.getByRole('button', { name: 'Create a guest' }).click();
  const dialog = frame.getByRole('dialog');
  await dialog.getByLabel('A ref of an OSTree remote').check();
  await dialog.getByLabel('Remote and ref').fill('site:debian/12/server');
  await dialog.getByLabel('URL of the remote').fill('file:///srv/mirror/repo');
  await dialog.getByLabel('Name').fill('mail');
  await dialog.getByText('mail is declared already').waitFor();
  await dialog.getByLabel('Name').fill('files');
  await dialog.getByRole('button', { name: 'Create', exact: true }).click();
  await reaches(cockpit.host, 'files', 'active');
  await row('files').getByText('running').waitFor();
});

test('a command that fails says why, as guestctl does', async () => {
  await cockpit.host.sh('rm -rf /srv/mirror/repo');
  await row('mail').getByRole('button', { name: 'Update' }).click();
  const failed = visited.frame.locator('[data-state=failed]');
  await failed.getByText('The update of mail failed').waitFor();
  expect(await failed.innerText()).toContain('guestctl update mail');
});

test('no script failed, and the policy of contents refused nothing', () => {
  expect(visited.errors).toEqual([]);
});
