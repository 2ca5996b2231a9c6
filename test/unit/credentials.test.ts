// What SetCredential= says is in no unit, and is what systemd would have made of it.
import { expect, test } from 'vitest';
import { unitsOf } from '../../src/generator/guest-units.ts';
import { guestOptions } from '../../src/generator/nspawn/guest-options.ts';
import { setCredentials } from '../../src/generator/units/set-credentials.ts';
import { unescaped } from '../../src/steps/boot/write-credentials.ts';
import { guestOf } from './read.ts';

const text = `[Guest]
Ref=site:x
[Service]
SetCredential=token:old
SetCredential=token:s3cret: \\x41
SetCredential=both:s3cret
LoadCredential=both:/etc/both
SetCredentialEncrypted=sealed:Abc=
`;

test('no unit has it', () => {
  for (const more of ['', '[Update]\nBy=rpm-ostree\n'])
    expect(JSON.stringify(unitsOf({ guest: guestOf(text + more) }))).not.toContain('s3cret');
});

test('nspawn reads it from a file, others from the credentials of its unit', () => {
  const guest = guestOf(text);
  expect([...setCredentials(guest)].map(([id, { value }]) => [id, value])).toEqual([
    ['token', 'token:s3cret: \\x41'],
  ]);
  expect(guestOptions(guest).filter((option) => option.startsWith('--load'))).toEqual([
    '--load-credential=both:both',
    '--load-credential=token:/run/ostree-guests/mail/credentials/token',
    '--load-credential=sealed:sealed',
  ]);
  const [unit] = unitsOf({ guest });
  const written = unit && 'text' in unit ? unit.text : '';
  expect(written).toContain('ExecStartPre=@NODE@ @LIBDIR@/credentials.cjs %i\n');
  expect(written).toContain('SetCredentialEncrypted=sealed:Abc=\n');
});

test('a guest without any starts no program for it', () => {
  const guest = guestOf(
    '[Guest]\nRef=site:x\n[Service]\nLoadCredential=a:/etc/a\nSetCredential=a:b\nSetCredential=\n',
  );
  expect(JSON.stringify(unitsOf({ guest }))).not.toContain('credentials.cjs');
});

// systemd.syntax(7), and cunescape() of systemd.
test.each([
  ['plain: ä %n %%', 'plain: ä %n %%'],
  ['a\\nb\\sc\\\\d\\"\\\'', 'a\nb c\\d"\''],
  ['\\x41\\102\\u00e4\\U0001f600', 'ABä😀'],
  ['', ''],
])('%j', (escaped, plain) => {
  expect(unescaped(escaped)?.toString()).toBe(plain);
});

test('any byte can be had, and nothing else begins with a backslash', () => {
  expect(unescaped('\\x00\\xff\\377')).toEqual(Buffer.from([0, 255, 255]));
  for (const wrong of ['\\', 'a\\q', '\\x4', '\\u12', '\\U00110000', '\\400', '\\N'])
    expect([wrong, unescaped(wrong)]).toEqual([wrong, undefined]);
});
