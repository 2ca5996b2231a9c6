// What a rehearsal takes over of a guest, and what it must not.
import { expect, test } from 'vitest';
import { guestOptions, rehearsalOptions } from '../../src/generator/nspawn/guest-options.ts';
import { rehearsalUsers } from '../../src/machine/nspawn/rehearsal-options.ts';
import { rehearsalMachine } from '../../src/steps/rehearse/rehearse.ts';
import { guestOf } from './read.ts';

const guest = guestOf(`[Guest]
Ref=site:x
[Exec]
Environment=A=1
Parameters=quiet
[Files]
Bind=/srv/data:/var/data:idmap
BindReadOnly=/srv/more
BindUser=me
Overlay=/a:/b:/var/c
TemporaryFileSystem=/var/d
[Network]
Zone=site
Port=80
[Service]
LoadCredential=key:/etc/key
`);
const view = {
  machine: 'mail.rehearsal',
  root: '/root',
  etc: '/view-etc',
  var: '/view',
  users: '524288:65536',
  places: ['/view/home:/home'],
};

test('it is a machine of its own, with the name of the guest inside, and its own UIDs', () => {
  expect(rehearsalOptions(guest, view)).toEqual(
    expect.arrayContaining([
      '--hostname=mail',
      '--machine=mail.rehearsal',
      '--directory=/root',
      '--bind=/view:/var',
      '--private-users=524288:65536',
      '--private-users-ownership=map',
      '--read-only',
      '--bind=/view-etc:/etc:idmap',
      '--bind=/view/home:/home',
    ]),
  );
});

test.each([
  ['no', undefined],
  ['1000000', { first: 1_000_000, count: 65_536 }],
  ['268435456:2097152', { first: 268_435_456, count: 2_097_152 }],
  ['pick', { first: expect.any(Number), count: 65_536 }],
])('it has as many UIDs as the guest: PrivateUsers=%s', (value, range) => {
  expect(rehearsalUsers(guestOf(`[Guest]\nRef=site:x\n[Exec]\nPrivateUsers=${value}\n`))).toEqual(range);
});

test('two guests whose long names begin alike are rehearsed at once', () => {
  const machines = ['one', 'two'].map((end) => rehearsalMachine(`${'x'.repeat(60)}${end}`));
  expect(new Set(machines).size).toBe(2);
  expect(machines.every((name) => name.length <= 64)).toBe(true);
});

test('what the guest may write to on the host it only reads, and it has no network', () => {
  const options = rehearsalOptions(guest, view);
  expect(options).toEqual(
    expect.arrayContaining([
      '--bind-ro=/srv/data:/var/data:idmap',
      '--overlay-ro=/a:/b:/var/c',
      '--private-network',
    ]),
  );
  expect(options.filter((option) => /^--(bind|overlay|bind-user|network-.*|port)=/.test(option))).toEqual([
    '--bind=/view-etc:/etc:idmap',
    '--bind=/view:/var',
    '--bind=/view/home:/home',
  ]);
});

test('everything else is that of the guest', () => {
  const differs =
    /^--(hostname|machine|directory|private-users|private-network|bind|bind-ro|bind-user|overlay|overlay-ro|network-.*|port)(=|$)/;
  const rest = (options: readonly string[]) => options.filter((option) => !differs.test(option));
  expect(rest(rehearsalOptions(guest, view))).toEqual(rest(guestOptions(guest)));
  expect(rest(guestOptions(guest)).slice(-4)).toEqual([
    '--tmpfs=/var/d',
    '--load-credential=key:key',
    '--',
    'quiet',
  ]);
});
