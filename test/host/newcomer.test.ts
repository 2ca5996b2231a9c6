// What a new user does, on a bare host with only our package installed: from the help alone to a running guest.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { status } from './guests.ts';
import { bootHost, type Host, outside } from './host.ts';
import { makeMirror, serverRef } from './mirror.ts';
import { debIn, makePackages } from './product.ts';
import { Transcript } from './transcript.ts';

let host: Host;
let output: string;

beforeAll(async () => {
  output = mkdtempSync(join(tmpdir(), 'ostree-guests-packages-'));
  host = await bootHost({ ostree: false, product: undefined });
  await makeMirror(host);
  cpSync(debIn(await makePackages(output, 'deb')), outside(host, '/srv/ostree-guests.deb'));
  await host.run('dpkg', '--install', '/srv/ostree-guests.deb');
});
afterAll(async () => {
  await host?.stop();
  rmSync(output, { recursive: true });
});

test('from guestctl --help to a running guest with a timer, in seven commands, a mistake included', async () => {
  const session = new Transcript(host);
  session.tell('# A first guest');
  session.tell(
    `A new user on a Debian host, with only the ostree-guests package installed. The site has an OSTree
repository with its trees in \`/srv/mirror/repo\`. A test types this session and compares the
output. It makes one mistake on purpose, to show how to recover from it.`,
  );
  expect(await session.type('guestctl --help')).toBe(0);
  expect(await session.type('guestctl')).toBe(0);
  expect(await session.type('guestctl create --help')).toBe(0);
  const wrong = `site:${serverRef.replace('server', 'sever')}`;
  expect(
    await session.type(`guestctl create mail --ref ${wrong} --url file:///srv/mirror/repo --enable --start`),
  ).toBe(1);
  session.tell(
    'The name of the ref was mistyped. Nothing was kept, so the same command again, without the mistake:',
  );
  expect(
    await session.type(
      `guestctl create mail --ref site:${serverRef} --url file:///srv/mirror/repo --enable --start`,
    ),
  ).toBe(0);
  expect(await session.type('guestctl shell mail cat /etc/greeting')).toBe(0);
  expect(await session.type('guestctl status mail')).toBe(0);
  expect(await status(host, 'mail')).toMatchObject({ state: 'running', update: { timer: 'enabled' } });
  session.compareWith('docs/first-guest.md');
});
