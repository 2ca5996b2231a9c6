// What people read about whole files: what is missing, names, drop-ins, .nspawn files, files that cannot be read.
import { expect, test } from 'vitest';
import { loadFile, loadGuest } from '../../src/config/load.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { complaints } from './read.ts';

const good = '[Guest]\nRef=site:x\n';
const noRef =
  'mail.guest:1:1: Ref= is missing in [Guest]. Say where the tree comes from: Ref=REMOTE:REF, Image=docker://REGISTRY/NAME:TAG, or Build=NAME';

test.each([
  ['', [noRef]],
  [
    'Ref=site:x',
    [`mail.guest:1:1: 'Ref=site:x' is outside of any section. Start the file with '[Guest]'`, noRef],
  ],
  ['[Guest]\nRef=site:x\nRef=', [noRef]],
  // A wrong value is not also a missing one.
  [
    '[Guest]\nRef=%x',
    [
      `mail.guest:2:5: '%x' in Ref= is not a specifier. Known: %n, the name of the guest; %H, the hostname of the host; and %% for a %`,
    ],
  ],
  // All of a file at once, in the order of its lines.
  [
    'Early=1\n[Guest]\nRef=site:x\nReff=1\n[Update\nAction=skipped\n[Update]\nAction=now',
    [
      "mail.guest:1:1: 'Early=1' is outside of any section. Start the file with '[Guest]'",
      "mail.guest:4:1: [Guest] has no key 'Reff'. Did you mean Ref?",
      "mail.guest:5:1: '[Update' is not a section header. Write '[Guest]', with nothing after it",
      "mail.guest:8:8: 'now' is not right for Action=. Expected check or fetch or stage or switch",
    ],
  ],
])('%j as a whole file', (text, messages) => {
  expect(complaints(text)).toEqual(messages);
});

test.each(['Mail', '-mail', 'mail.1', '', 'm'.repeat(64)])('%j is not a guest name', (name) => {
  const remedy = 'Name the file after the guest: 1 to 63 of a-z, 0-9 and -, then .guest';
  expect(complaints(good, name)).toEqual([`mail.guest:1:1: '${name}' is not a guest name. ${remedy}`]);
});

test('what is wrong in a drop-in is said of the drop-in, after what is wrong in the guest file', () => {
  const dropIn = { kind: 'guest', file: 'mail.guest.d/10-a.conf', text: '\n[Guest]\nSysrot=/x' } as const;
  expect(complaints(`${good}Reff=x`, 'mail', [dropIn])).toEqual([
    "mail.guest:3:1: [Guest] has no key 'Reff'. Did you mean Ref?",
    "mail.guest.d/10-a.conf:3:1: [Guest] has no key 'Sysrot'. Did you mean Sysroot?",
  ]);
});

test("an .nspawn file is checked, too, and has only nspawn's own sections", () => {
  const text = '[Exec]\nHostname=a_b\n[Guest]\nRef=site:x\n[Files]\nBnd=/a';
  const nspawn = { kind: 'nspawn', file: 'mail.nspawn', text } as const;
  expect(complaints(good, 'mail', [nspawn])).toEqual([
    "mail.nspawn:2:10: 'a_b' is not right for Hostname=. Expected a hostname",
    'mail.nspawn:3:1: [Guest] is not a section of .nspawn files. Write it into the guest file',
    "mail.nspawn:6:1: [Files] has no key 'Bnd'. Did you mean Bind?",
  ]);
});

const unreadable = {
  list: () => ['mail.guest'],
  read: (): string => {
    throw new Error('EACCES: permission denied');
  },
};
const nothing = { list: () => [], read: () => undefined };

test.each([
  [
    loadGuest(unreadable, 'mail', { guests: ['/a', '/b'], nspawn: [] }),
    '/a/mail.guest:1:1: Cannot be read: EACCES: permission denied',
  ],
  [loadFile(nothing, '/tmp/x/mail.guest'), '/tmp/x/mail.guest:1:1: There is no such file'],
])('a file that cannot be read: case %#', (checked, message) => {
  expect(checked && 'broken' in checked && checked.broken.problems.map(formatProblem)).toEqual([message]);
});
