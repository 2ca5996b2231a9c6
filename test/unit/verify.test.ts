// Checks of guest files against the host, of which only the facts are stand-ins.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { relative } from 'node:path';
import { expect, test } from 'vitest';
import { calendarFault } from '../../src/guestctl/verify/calendars.ts';
import { missingIn } from '../../src/guestctl/verify/health-checks.ts';
import { namedUnits } from '../../src/guestctl/verify/missing-units.ts';
import { missingNotify } from '../../src/guestctl/verify/notify-programs.ts';
import { portUses, sharedPorts } from '../../src/guestctl/verify/shared-ports.ts';
import { inBatches } from '../../src/guestctl/verify/unit-check.ts';
import { verify } from '../../src/guestctl/verify/verify-files.ts';
import { remembered } from '../../src/host/remembered.ts';
import { machineOnHost } from '../../src/machine/nspawn/host-check.ts';
import { missingPrograms } from '../../src/trees/build/missing-programs.ts';
import { missingFiles } from '../../src/trees/packages/missing-files.ts';
import { guestOf, readAs } from './read.ts';

const plain = '[Guest]\nRef=site:x\n';
const withPorts = (name: string, ...ports: string[]) => ({
  ...guestOf(`${plain}[Network]\n${ports.map((port) => `Port=${port}\n`).join('')}`),
  name,
});

test.each([
  ['the same port', ['80'], ['80'], [4]],
  ['the same port, written in another way', ['tcp:80:8080'], ['80'], [4]],
  ['the second one', ['tcp:81', 'tcp:80'], ['tcp:80:90'], [5]],
  ['another protocol', ['tcp:80'], ['udp:80'], []],
  ['another port of the host', ['tcp:80:80'], ['tcp:81:80'], []],
  ['none', ['80'], [], []],
])('two guests with %s', (_, own, others, lines) => {
  const guests = [withPorts('mail', ...own), withPorts('web', ...others)];
  const [mail] = guests;
  if (!mail) throw new Error('it is there');
  const found = sharedPorts(mail, portUses(guests));
  expect(found.map(({ at }) => at.line)).toEqual(lines);
  for (const { message } of found)
    expect(message).toMatch(/^Port=\S+ is already forwarded to web: mail\.guest:4$/);
});

test.each([
  ['is right', 0, '  Original form: daily\n    Next elapse: Sat 2026-11-28 00:00:00 UTC\n', undefined],
  ['is no expression', 1, '', 'is not a calendar expression'],
  ['names a day that does not exist', 0, 'Original form: *-02-30\n    Next elapse: never\n', 'never comes'],
])('a calendar expression that %s', (_, exitCode, stdout, expected) => {
  expect(calendarFault({ exitCode, stdout })).toBe(expected);
});

test('units that a guest file names, but not those that come and go', () => {
  const text = `${plain}[Unit]
After=nfs.service dev-sda.device srv.mount %i-data.service
OnFailure=tell@%n.service
OnFailure=
OnFailure=alert@%n.service
Wants=%H.service
ConditionPathExists=/srv/x.service
Documentation=man:systemd.service(5)
Conflicts=other.target
`;
  expect(namedUnits(guestOf(text)).map(({ key, unit }) => `${key}=${unit}`)).toEqual([
    'After=nfs.service',
    'After=mail-data.service',
    'OnFailure=alert@mail.service',
    'Conflicts=other.target',
  ]);
});

test.each([
  [
    'a file that is missing',
    'LoadCredential=a:/nonexistent/a',
    ['4: /nonexistent/a does not exist on this host'],
  ],
  ['a file that is there', 'LoadCredential=a:/etc/passwd', []],
  ['a name that systemd searches', 'LoadCredential=a:a', []],
  [
    'a name with that of the guest',
    'LoadCredential=a:/nonexistent/%n',
    ['4: /nonexistent/mail does not exist on this host'],
  ],
  ['another value if it is missing', 'LoadCredential=a:/nonexistent/a\nSetCredential=a:b', []],
  [
    'an encrypted file',
    'LoadCredentialEncrypted=a:/nonexistent/a',
    ['4: /nonexistent/a does not exist on this host'],
  ],
])('a credential from %s', async (_, line, found) => {
  const problems = await machineOnHost(guestOf(`${plain}[Service]\n${line}\n`));
  expect(problems.map(({ at, message }) => `${at.line}: ${message}`)).toEqual(found);
});

const tree = ['/usr/bin/curl', '/usr/sbin/postfix', '/bin/sh'];
test.each([
  ['curl -f http://localhost', false],
  ['postfix status', false],
  ['/bin/sh -c true', false],
  ['/usr/bin/wget', true],
  ['wget', true],
  // Not part of the tree: it may be there later.
  ['/usr/local/bin/check', false],
  ['/opt/check', false],
  ['/var/lib/check', false],
])('HealthCheck=%s has no program: %s', (check, missing) => {
  const found = missingIn(guestOf(`${plain}[Update]\nHealthCheck=${check}\n`), (path) => tree.includes(path));
  expect(found.map(({ at }) => at.line)).toEqual(missing ? [4] : []);
});

test('Notify= without its program', () => {
  const guest = guestOf(`${plain}[Update]\nNotify=tell "a b"\nNotify=/opt/tel a\n`);
  const found = missingNotify(guest, (program) => program === 'tell');
  expect(found.map(({ at, message }) => `${at.line}: ${message}`)).toEqual([
    '5: There is no /opt/tel on this host',
  ]);
});

test('files of [Packages] that are not there', () => {
  const text = `${plain}[Packages]
Install=curl ./none.deb /etc/passwd
Repository=/nonexistent/a.sources /nonexistent/b.sources
RepositoryKey=/nonexistent/key
Repository=/etc/passwd
`;
  const found = missingFiles(readAs('/nonexistent/mail.guest', text));
  expect(found.map(({ at, message }) => `${at.line}: ${message}`)).toEqual([
    '4: /nonexistent/none.deb does not exist',
    '5: /nonexistent/a.sources does not exist',
    '5: /nonexistent/b.sources does not exist',
    '6: /nonexistent/key does not exist',
  ]);
});

test('programs of a build that are not there, where the update can look for them', () => {
  const at = { file: 'debian.build', line: 2, column: 9 };
  const commands = [
    { words: ['no-such-program', '-x'], at },
    { words: ['sh', '-c', 'true'], at },
    { words: ['/srv/no-such-program'], at },
  ];
  const recipe = { kind: 'commands', commands } as const;
  expect(missingPrograms({ recipe }).map(({ message }) => message)).toEqual([
    'There is no no-such-program on this host',
    'There is no /srv/no-such-program on this host',
  ]);
  const inUsr = (program: string) => !program.startsWith('/') || program.startsWith('/usr/');
  expect(missingPrograms({ recipe }, inUsr)).toHaveLength(1);
});

test('units are checked in few runs, and two files of one name in two of them', () => {
  const guests = Array.from({ length: 600 }, (_, index) => ({ units: [`a@${index}`, `b@${index}`] }));
  const [first, draft] = [{ units: ['a@1', 'b@1'] }, { units: ['a@1'] }];
  expect(inBatches([first, draft, ...guests].slice(0, 4))).toEqual([
    [first, guests[0]],
    [draft],
    [guests[1]],
  ]);
  expect(inBatches(guests).map(({ length }) => length)).toEqual([250, 250, 100]);
});

test('what stays the same is asked once', async () => {
  const asked: string[][] = [];
  const count = remembered(async (words: string[]) => asked.push(words));
  expect(await Promise.all([count(['a', 'b']), count(['a b']), count(['a', 'b'])])).toEqual([1, 2, 1]);
  expect(asked).toEqual([['a', 'b'], ['a b']]);
});

test('a file that is named by a relative path', async () => {
  const directory = mkdtempSync(`${tmpdir()}/ostree-guests-`);
  try {
    const file = `${directory}/mail.guest`;
    writeFileSync(file, '[Guest]\nRef=site:x\n[Remote]\nURL=https://x.example\nGPGVerify=no\n');
    const [found] = await verify([relative(process.cwd(), file)]);
    expect(found?.problems.map(({ message }) => message).join('\n')).not.toContain('SourcePath');
  } finally {
    rmSync(directory, { recursive: true });
  }
});
