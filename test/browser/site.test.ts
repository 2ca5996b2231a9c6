// The page in Cockpit: builds, mirrors and what they publish; what is live in the list; that everybody can read it.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { declare, eventually, guestFile, reaches, start, update } from '../host/guests.ts';
import { makeMirror, mirrorPath, serverRef } from '../host/mirror.ts';
import { findings } from './accessible.ts';
import { bootCockpit, type CockpitHost, type Visit, visit } from './browser.ts';

let cockpit: CockpitHost;
let visited: Visit;
const row = (guest: string) => visited.frame.locator(`tr[data-guest=${guest}]`);
const work = (name: string) => visited.frame.locator(`tr[data-work=${name}]`);
const openTab = (name: string) => visited.frame.getByRole('tab', { name, exact: true }).click();

/** It makes a tree once it may. */
const make = `#!/bin/sh
set -e
until [ -e /srv/data/go ]; do sleep 0.1; done
mkdir -p root/etc root/usr/lib/systemd root/usr/share/data
: >root/usr/lib/systemd/systemd
printf 'ID=tools\nPRETTY_NAME=Tools\n' >root/usr/lib/os-release
echo The tree is made
`;
const buildFile = `[Build]
Description=Tools of the site
Command=./make
[Publish]
Repository=/srv/mirror/site
Ref=site/tools
[Files]
BindReadOnly=/srv/data
`;
const mirrorFile = `[Mirror]
URL=file://${mirrorPath}
Ref=debian/12/*
Repository=/srv/mirror/copy
GPGVerify=no
`;

beforeAll(async () => {
  cockpit = await bootCockpit();
  const { host } = cockpit;
  await makeMirror(host);
  await host.sh('mkdir -p /srv/data /srv/mirror/site /srv/mirror/copy');
  await host.write('/etc/ostree-guests/make', make, 0o755);
  await host.write('/etc/ostree-guests/tools.build', buildFile);
  await host.write('/etc/ostree-guests/debian.mirror', mirrorFile);
  await declare(host, 'mail', guestFile().replace('[Guest]', '[Guest]\nDescription=Mail of the site'));
  await declare(host, 'web');
  await update(host, 'mail');
  await start(host, 'mail');
  await reaches(host, 'mail', 'active');
  visited = await visit(cockpit.browser);
});
afterAll(() => cockpit?.stop());

test('the list says what a running guest uses now', async () => {
  await row('mail').locator('[data-label=CPU]').getByText('%').waitFor();
  await row('mail').locator('[data-label=Memory]').getByText('MB').waitFor();
  await row('mail')
    .locator('[data-label="Disk, of its own"]')
    .getByText(/ [kM]B/)
    .waitFor();
  expect(await row('web').locator('[data-label=Memory]').innerText()).toBe('');
});

test('a build is run by a click; its journal, its guest and its page say how far it is', async () => {
  await declare(cockpit.host, 'tools', '[Guest]\nBuild=tools\n');
  await row('tools').getByRole('button', { name: 'Create' }).click();
  await row('tools').getByText('Building tools').waitFor();
  await openTab('Builds');
  await work('tools').getByText('running').waitFor();
  await work('tools').getByRole('button', { name: 'tools' }).click();
  await cockpit.host.run('touch', '/srv/data/go');
  await visited.frame.getByText('The tree is made').waitFor();
  await visited.frame.getByRole('table', { name: 'Published' }).getByText('site/tools').waitFor();
  await visited.frame.getByText('done', { exact: true }).waitFor();
  await visited.frame.getByRole('button', { name: 'Run now' }).click();
  await visited.frame.locator('[data-state=done]').getByText('Running build tools').waitFor();
  await eventually(
    cockpit.host,
    'journalctl -o cat -u ostree-guest-build@tools | grep -c "is made" | grep -x 2',
  );
  await visited.frame.getByRole('button', { name: 'Builds' }).click();
});

test('a mirror is run by a click, and what it offers is shown', async () => {
  await openTab('Mirrors');
  await work('debian').getByText('has not run').waitFor();
  await work('debian').getByRole('button', { name: 'Run now' }).click();
  await work('debian').getByText(serverRef).waitFor();
  await work('debian').getByText('done').waitFor();
  await openTab('Published');
  const offers = visited.frame.getByRole('table', { name: 'Published' });
  await offers.getByText('/srv/mirror/copy').waitFor();
  await offers.getByText('site/tools').waitFor();
  await offers.getByRole('button', { name: 'mirror debian' }).click();
  await visited.frame.getByText(`file://${mirrorPath}`).waitFor();
});

test('a mirror that fails says why, and a file with mistakes is named', async () => {
  await cockpit.host.write('/etc/ostree-guests/wrong.mirror', mirrorFile.replace('Ref=', 'Reff='));
  await cockpit.host.sh(`mv ${mirrorPath} ${mirrorPath}.away`);
  await visited.frame.getByRole('button', { name: 'Run now' }).click();
  await visited.frame.getByRole('heading', { name: 'The last run failed' }).waitFor();
  await cockpit.host.sh(`mv ${mirrorPath}.away ${mirrorPath}`);
  await visited.frame.getByRole('button', { name: 'Mirrors' }).click();
  await visited.frame.getByText('wrong.mirror:3').waitFor();
  await cockpit.host.sh('rm /etc/ostree-guests/wrong.mirror');
});

/** Each page, and how to get there from where the one before it ended. */
const dialog = () => visited.frame.getByRole('dialog');
const closeDialog = (name: string) => dialog().getByRole('button', { name, exact: true }).last().click();
const pages: readonly [string, () => Promise<unknown>, (() => Promise<unknown>)?][] = [
  ['a mirror', () => work('debian').getByRole('button', { name: 'debian' }).click()],
  ['the mirrors', () => visited.frame.getByRole('button', { name: 'Mirrors' }).click()],
  ['what is published', () => openTab('Published')],
  ['the builds', () => openTab('Builds')],
  ['a build', () => work('tools').getByRole('button', { name: 'tools' }).click()],
  [
    'the list',
    async () => {
      await visited.frame.getByRole('button', { name: 'Builds' }).click();
      await openTab('Guests');
      await row('mail').getByText('running').waitFor();
    },
  ],
  ['a menu', () => row('mail').getByRole('button', { name: 'More actions' }).click()],
  [
    'a question',
    () => visited.frame.getByRole('menuitem', { name: 'Stop' }).click(),
    () => closeDialog('Cancel'),
  ],
  [
    'the dialogue that creates a guest',
    () => visited.frame.getByRole('button', { name: 'Create a guest' }).click(),
  ],
  ['the same, with an image', () => dialog().getByLabel('A container image').check()],
  [
    'the same, with a ref and a mistake',
    async () => {
      await dialog().getByLabel('A ref of an OSTree remote').check();
      await dialog().getByLabel('Name').fill('mail');
    },
    () => closeDialog('Cancel'),
  ],
];

test('axe-core finds nothing on any page or dialogue, light or dark', async () => {
  const found: string[] = [];
  const look = async (name: string) =>
    found.push(...(await findings(visited)).map((one) => `${name}, ${one}`));
  for (const [name, open, close] of pages) {
    await open();
    await look(name);
    await close?.();
  }
  await row('mail').getByRole('button', { name: 'mail', exact: true }).click();
  const tabs = visited.frame.getByRole('tab');
  await tabs.first().waitFor();
  for (const tab of await tabs.all()) {
    await tab.click();
    await visited.frame.getByRole('progressbar').waitFor({ state: 'detached' });
    await look(`the tab ${await tab.innerText()}`);
  }
  expect(found).toEqual([]);
});

test('no script failed, and the policy of contents refused nothing', () => {
  expect(visited.errors).toEqual([]);
});
