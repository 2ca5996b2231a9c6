// A plain guest (src/config/read.ts) takes the short way through the generator: whatever key it has, the long way comes to
// the same.
import { expect, test } from 'vitest';
import { checkTogether } from '../../src/config/cross-key-rules.ts';
import { guestVocabulary } from '../../src/config/vocabulary.ts';
import { unitsOf } from '../../src/generator/guest-units.ts';
import { read } from './read.ts';

/** One of these is right for any key. */
const values = [
  'yes no 1 3 50% 5min text /srv/x site:other https://example.org/ docker://a/b switch rpm-ostree host kill omit idle',
  'always stop id:value A=b x86-64 off 0123456789abcdef0123456789abcdef /srv/a:/srv/b / root map tcp:80 pick',
].flatMap((some) => some.split(' '));

const checked = guestVocabulary.keys.flatMap(({ section, name }) =>
  values.flatMap((value) => {
    const text = `[Guest]\nRef=site:debian/12\n[Remote]\nURL=file:///srv/repo\n[${section}]\n${name}=${value}\n`;
    const guest = read(text);
    return 'guest' in guest ? [{ key: `${section}.${name}`, value, guest: guest.guest }] : [];
  }),
);

test('nothing is left out of the units of a plain guest', () => {
  const units = (one: (typeof checked)[number], isPlain: boolean) => {
    const guest = Object.create(one.guest, { isPlain: { value: isPlain } });
    return { ...one, made: unitsOf({ guest }).toSorted((a, b) => (a.path < b.path ? -1 : 1)) };
  };
  const plain = checked.filter(({ guest }) => guest.isPlain);
  expect(plain.length).toBeGreaterThan(100);
  expect(plain.map((one) => units(one, true))).toEqual(plain.map((one) => units(one, false)));
});

test('nothing is wrong with what a plain guest says in more than one key', () => {
  for (const one of checked)
    if (one.guest.isPlain) expect(checkTogether(one.guest.values, 'mail.guest')).toEqual([]);
});

test('each key is tried', () => {
  const tried = new Set(checked.map(({ key }) => key));
  const cannotBe = [
    'Exec.PivotRoot',
    'Exec.AmbientCapability',
    'Exec.PrivateUsersDelegate',
    'Guest.Image',
    'Guest.Build',
  ];
  const keys = guestVocabulary.keys.map(({ section, name }) => `${section}.${name}`);
  const untried = keys.filter((key) => !tried.has(key) && !cannotBe.includes(key));
  expect(untried, 'add a value that each of these keys takes to `values` in this file').toEqual([]);
});
