// The page in Cockpit, in a real browser: what it shows, and what its buttons do on the host.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { declare, eventually, inGuest, reaches, start, status, update } from '../host/guests.ts';
import { makeMirror, publish, serverRef } from '../host/mirror.ts';
import { findings, frameOf } from './accessible.ts';
import {
  bootCockpit,
  type CockpitHost,
  expectNoFailure,
  tellIfFailed,
  type Visit,
  visit,
  visitWithoutPrivileges,
} from './browser.ts';
import { countsDisk, countsMemory } from './counted.ts';

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
afterEach((context) => tellIfFailed(context, visited));
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
  await visited.frame.getByRole('button', { name: 'Show what it changes' }).click();
  await visited.frame
    .getByRole('dialog')
    .getByText(/From 12\.1 \w+ to 12\.2/)
    .waitFor();
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

test('the journal stays where somebody reads it, and follows at its end', async () => {
  const log = visited.frame.getByRole('log');
  const write = async (text: string) => {
    await inGuest(cockpit.host, 'web', `echo ${text} | systemd-cat -t odd`);
    await log.getByText(`odd: ${text}`).or(log.getByText(text)).first().waitFor();
  };
  const fromEnd = () =>
    log.evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight);
  await log.evaluate((element) => element.scrollTo({ top: 0 }));
  await expect.poll(() => log.evaluate(({ scrollTop }) => scrollTop)).toBe(0);
  await write('while-reading');
  expect(await log.evaluate(({ scrollTop }) => scrollTop)).toBe(0);
  await log.evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
  await expect.poll(fromEnd).toBeLessThan(2);
  await write('at-the-end');
  await expect.poll(fromEnd).toBeLessThan(2);
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
});

test('the timer of the updates is enabled and disabled', async () => {
  const unit = 'ostree-guest-update@web.timer';
  const timer = visited.frame.locator(`[data-timer="${unit}"]`);
  const isEnabled = () => cockpit.host.sh(`systemctl is-enabled ${unit} || :`);
  await timer.getByRole('button', { name: 'Enable' }).click();
  await timer.getByRole('button', { name: 'Disable' }).waitFor();
  expect((await isEnabled()).trim()).toBe('enabled');
  await timer.getByRole('button', { name: 'Disable' }).click();
  await timer.getByRole('button', { name: 'Enable' }).waitFor();
  expect((await isEnabled()).trim()).toBe('disabled');
});

test('what a guest uses is drawn, and said', async () => {
  const { frame } = visited;
  const [hasMemory, hasDisk] = [await countsMemory(cockpit.host, 'web'), await countsDisk(cockpit.host)];
  await frame.getByRole('tab', { name: 'Resources' }).click();
  const known = ['Of one processor', 'Received', 'Sent'];
  if (hasMemory) known.push('With caches');
  if (hasDisk) known.push('Read', 'Written');
  for (const line of known)
    await frame
      .locator(`[data-resource="${line}"]`)
      .getByText(/ now, .* at most$/)
      .waitFor();
  expect(await frame.locator('[data-resource]').count()).toBe(known.length);
  const memory = hasMemory ? /^Memory\. With caches: [\d.]+ MB now/ : 'Memory. No values yet';
  await frame.getByRole('img', { name: memory }).waitFor();
  if (!hasDisk) await frame.getByRole('img', { name: 'Disk. No values yet' }).waitFor();
});

test('a terminal has a shell in the guest', async () => {
  const { frame, page } = visited;
  const screen = frame.locator('.xterm-rows');
  await frame.getByRole('tab', { name: 'Terminal' }).click();
  await screen.getByText('#').first().waitFor();
  // Colours that are not of the palette are what the policy of contents refuses first.
  await page.keyboard.type(
    'printf "\\033[38;2;9;99;9m%s\\033[m\\n" in-$((6 * 7)); hostname >/var/tmp/typed\n',
  );
  await screen.getByText('in-42', { exact: true }).waitFor();
  await eventually(cockpit.host, 'guestctl exec web cat /var/tmp/typed | grep -x web');
  await page.keyboard.type('exit\n');
  await frame.getByRole('button', { name: 'Open another one' }).click();
  await screen.getByText('#').first().waitFor();
});

const file = '/etc/ostree-guests/web.guest';

test('mistakes are shown at their place while the guest file is typed, and it is saved after a look at the units', async () => {
  const { frame } = visited;
  await frame.getByRole('tab', { name: 'Guest file' }).click();
  const editor = frame.getByRole('textbox', { name: 'Guest file of web' });
  await editor.waitFor();
  const before = await editor.inputValue();
  expect(before.trimEnd()).toBe(await cockpit.host.sh(`cat ${file}`));
  await editor.fill(`${before}[Unit]\nAftre=srv.mount\n`);
  await frame.locator('.marked', { hasText: 'Aftre' }).waitFor();
  expect(await findings(visited)).toEqual([]);
  const line = before.split('\n').length + 1;
  await frame.getByRole('button', { name: `Line ${line}, column 1` }).click();
  await frame.getByRole('button', { name: 'Review and save' }).click();
  const dialog = frame.getByRole('dialog');
  await dialog.getByText(/has no key 'Aftre'/).waitFor();
  expect(await dialog.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await editor.fill(`${before}[Unit]\nAfter=srv.mount\n`);
  await frame.getByRole('button', { name: 'Review and save' }).click();
  await dialog.getByRole('button', { name: /^systemd-nspawn@web\.service\.d/ }).click();
  await dialog.getByText('+After=srv.mount').waitFor();
  await dialog.getByText('Nothing else is to be done then.').waitFor();
  expect(await findings(visited)).toEqual([]);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await frame.locator('[data-state=done]', { hasText: `Wrote ${file}` }).waitFor();
  expect(await cockpit.host.sh(`cat ${file}`)).toBe(`${before}[Unit]\nAfter=srv.mount`);
  expect(await cockpit.host.sh('systemctl show --property=After systemd-nspawn@web.service')).toContain(
    'srv.mount',
  );
});

test('a guest file that somebody else has changed is not overwritten', async () => {
  const { frame } = visited;
  const editor = frame.getByRole('textbox', { name: 'Guest file of web' });
  const before = await editor.inputValue();
  await editor.fill(`${before}# mine\n`);
  // What is typed is still there after a look at something else.
  await frame.getByRole('tab', { name: 'History' }).click();
  await frame.getByRole('tab', { name: 'Guest file' }).click();
  expect(await editor.inputValue()).toBe(`${before}# mine\n`);
  await cockpit.host.sh(`echo '# theirs' >>${file}`);
  await frame.getByText(`${file} was changed by somebody else meanwhile`).waitFor();
  await frame.getByRole('button', { name: 'Review and save' }).click();
  const dialog = frame.getByRole('dialog');
  await dialog.getByText('It was not written').waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await frame.getByRole('button', { name: 'Discard your changes, and open it again' }).click();
  await expect.poll(() => editor.inputValue(), { timeout: 60_000 }).toBe(`${before}# theirs\n`);
  await frame.getByRole('button', { name: 'OSTree guests' }).click();
});

test('a guest is created and started by a dialogue', async () => {
  const { frame } = visited;
  await frame.getByRole('button', { name: 'Create a guest' }).click();
  const dialog = frame.getByRole('dialog');
  await dialog.getByLabel('A ref of an OSTree remote').check();
  await dialog.getByLabel('Remote and ref').fill('site:debian/12/server');
  await dialog.getByLabel('Name').fill('mail');
  await dialog.getByText('mail is declared already').waitFor();
  await dialog.getByLabel('Name').fill('files');
  await dialog.getByText("The host has no remote 'site'").waitFor();
  const create = dialog.getByRole('button', { name: 'Create', exact: true });
  expect(await create.isDisabled()).toBe(true);
  await dialog.getByLabel('URL of the remote').fill('file:///srv/mirror/repo');
  await dialog.getByRole('button', { name: 'Packages, ports, keys' }).click();
  await dialog.getByLabel('Ports of the host').fill('lots');
  await dialog.getByText("'lots'").waitFor();
  await dialog.getByLabel('Ports of the host').fill('tcp:8080:80');
  await dialog.getByRole('button', { name: 'Files that are written' }).click();
  await dialog.getByText('Port=tcp:8080:80').waitFor();
  expect(await findings(visited)).toEqual([]);
  await create.click();
  await reaches(cockpit.host, 'files', 'active');
  await row('files').getByText('running').waitFor();
  expect(await cockpit.host.sh('cat /etc/ostree-guests/files.guest')).toContain('\nPort=tcp:8080:80');
});

test('without privileges the page shows what it may, and says what it may not', async () => {
  const { frame, page, errors } = await visitWithoutPrivileges(cockpit);
  const line = frame.locator('tr[data-guest=web]');
  await line.getByText('running').waitFor();
  await line.getByText('only administrators see it').waitFor();
  await frame.getByText('You have limited access').waitFor();
  expect(await frame.getByRole('button', { name: 'Create a guest' }).count()).toBe(0);
  await line.getByRole('button', { name: 'web', exact: true }).click();
  await frame.getByRole('tab', { name: 'Guest file' }).click();
  await frame.getByText('Only administrators may change this file.').waitFor();
  const text = frame.getByRole('textbox', { name: 'Guest file of web' });
  expect((await text.inputValue()).trimEnd()).toBe(await cockpit.host.sh(`cat ${file}`));
  expect(await text.isEditable()).toBe(false);
  expect(await frame.getByRole('button').allInnerTexts()).not.toContain('Stop');
  await frame.getByRole('tab', { name: 'History' }).click();
  await frame.getByText('sudo guestctl history').waitFor();
  expect(errors).toEqual([]);
  await page.close();
});

/** Chooses from the menu of a guest in the list. */
async function choose(guest: string, action: string) {
  await row(guest)
    .getByRole('button', { name: `More actions for ${guest}` })
    .click();
  await visited.frame.getByRole('menuitem', { name: action }).click();
}

test('dialogues copy, rename, export and import a guest', async () => {
  const { frame } = visited;
  const { host } = cockpit;
  const dialog = frame.getByRole('dialog');
  const confirm = (name: string) => dialog.getByRole('button', { name, exact: true }).click();
  await choose('mail', 'Copy');
  await dialog.getByLabel('New name').fill('copied');
  await dialog.getByLabel('Stop it for the copy').check();
  await confirm('Copy');
  await row('copied').getByText('stopped').waitFor();
  await reaches(host, 'mail', 'active');
  await choose('copied', 'Rename');
  await dialog.getByLabel('New name').fill('copied');
  // Enter does what the button does: nothing yet, and the page is not loaded anew.
  await dialog.getByLabel('New name').press('Enter');
  await dialog.getByText('copied is declared already').waitFor();
  await dialog.getByLabel('New name').fill('renamed');
  await dialog.getByLabel('New name').press('Enter');
  await row('renamed').getByText('stopped').waitFor();
  await row('copied').waitFor({ state: 'detached' });
  await choose('renamed', 'Export');
  await dialog.getByLabel('File on the host').fill('/var/tmp/renamed.tar');
  await confirm('Export');
  await frame.locator('[data-state=done]').getByText('Exported renamed to /var/tmp/renamed.tar').waitFor();
  await frame.getByRole('button', { name: 'Import', exact: true }).click();
  await dialog.getByLabel('File on the host').fill('/var/tmp/renamed.tar');
  await dialog.getByLabel('Another name').fill('imported');
  await confirm('Import');
  await row('imported').getByText('stopped').waitFor();
  const told = await host.sh('guestctl list -o json; stat -c %a /var/tmp/renamed.tar');
  expect(told).toContain('/etc/ostree-guests/imported.guest');
  expect(told).toContain('/etc/ostree-guests/renamed.guest');
  expect(told).not.toContain('/etc/ostree-guests/copied.guest');
});

test('an address of no guest says so', async () => {
  await frameOf(visited).evaluate(`location.hash = '#/guest/gone'`);
  await visited.frame.getByText('There is no guest gone on this host').waitFor();
  await frameOf(visited).evaluate(`location.hash = '#/'`);
  await row('mail').waitFor();
});

test('a command that fails says why, as guestctl does', async () => {
  await cockpit.host.sh('rm -rf /srv/mirror/repo');
  await row('mail').getByRole('button', { name: 'Update' }).click();
  const failed = visited.frame.locator('[data-state=failed]');
  await failed.getByText('The update of mail failed').waitFor();
  expect(await failed.innerText()).toContain('guestctl update mail');
});

test('no script failed, and the policy of contents refused nothing', () => expectNoFailure(visited));

/** Replaces guestctl for a moment. */
async function replaceGuestctl(script: string) {
  const { host } = cockpit;
  await host.write('/run/guestctl', `#!/bin/sh\n${script}\n`);
  await host.sh(
    'chmod +x /run/guestctl; mount --bind /run/guestctl /usr/bin/guestctl; systemctl daemon-reload',
  );
  return () => host.sh('umount /usr/bin/guestctl; systemctl daemon-reload');
}

// The last one: browsers tell of what cannot be drawn as of scripts that failed.
test('the page outlives answers that it does not understand, and shows failures line by line', async () => {
  const { frame } = visited;
  for (const [script, said] of [
    [`echo '[{"name": "mail", "state": "running"}]'`, 'The page does not understand what guestctl says'],
    [`echo '[{"name": "ma'`, 'guestctl printed something else than JSON'],
    [`printf 'first\\nsecond\\n' >&2; exit 1`, 'first\nsecond'],
  ] as const) {
    const putBack = await replaceGuestctl(script);
    await expect.poll(() => frame.locator('main').innerText(), { timeout: 60_000 }).toContain(said);
    await putBack();
    await row('web').getByText('running').waitFor();
  }
});
