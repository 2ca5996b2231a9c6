// From what is written to what is meant: words, specifiers, resets, and what is handed on to units.
import { expect, test } from 'vitest';
import { unitSettings } from '../../src/config/guest.ts';
import { splitWords } from '../../src/config/words.ts';
import { guestOf } from './read.ts';

const good = '[Guest]\nRef=site:x\n';

// systemd.syntax(7), "Quoting".
test.each([
  ['', []],
  ['  one\ttwo  ', ['one', 'two']],
  ['"one two" \'three four\'', ['one two', 'three four']],
  ['"it\'s" \'"\' \\"', ["it's", '"', '"']],
  ['"" a', ['', 'a']],
  ['on"e t"wo', ['one two']],
  ['a\\sb \\x41\\102\\u00e9\\U0001f600 \\t\\n\\\\', ['a b', 'ABé😀', '\t\n\\']],
  ['a;b # c', ['a;b', '#', 'c']],
  // \x and octal digits are bytes: two of them are one character of UTF-8.
  ['\\xc3\\xa9 \\303\\251', ['é', 'é']],
])('the words of %j', (value, words) => {
  expect(splitWords(value)).toEqual({ words });
});

test.each([
  ['a "b c', 'This quote is not closed', 2],
  ["'", 'This quote is not closed', 0],
  ['a \\q', 'This escape sequence is unknown', 2],
  ['a\\', 'This escape sequence is unknown', 1],
  ['\\x4', 'This escape sequence is unknown', 0],
  ['\\u0000', 'This escape sequence is unknown', 0],
  ['\\ud800', 'This escape sequence is unknown', 0],
  ['a\\xc3\\x28', 'This escape sequence is unknown', 1],
  ['\\U00110000', 'This escape sequence is unknown', 0],
])('no words: %j', (value, wrong, offset) => {
  expect(splitWords(value)).toEqual({ wrong, offset });
});

test.each([
  ['Description=%n of %H, 100%%', 'mail of host.example.org, 100%'],
  ['Description=%%n', '%n'],
  ['Description=first\nDescription=', 'OSTree guest mail'],
  ['Description=first\nDescription=\nDescription=last', 'last'],
  ['Description=a \\\n# comment\n; comment\n  b', 'a    b'],
  ['  Description =  "quoted" ; not a comment  ', '"quoted" ; not a comment'],
])('%j describes it as %j', (text, description) => {
  expect(guestOf(good + text).description).toBe(description);
});

test.each([
  ['', ['stage', []]],
  ['Action=switch', ['switch', []]],
  ['Action=switch\nAction=', ['stage', []]],
  ['OnCalendar=a\nOnCalendar=b', ['stage', ['a', 'b']]],
  ['OnCalendar=a\nOnCalendar=\nOnCalendar=b', ['stage', ['b']]],
])('[Update] %j', (text, [action, onCalendar]) => {
  expect(guestOf(`${good}[Update]\n${text}`).update).toEqual({ action, onCalendar });
});

const url = 'https://ostree.example.org/repo';
const keys = '/etc/pki/site.gpg';
test.each([
  [`URL=${url}`, { url, gpgVerify: false }],
  [`URL=${url}\nGPGKeyPath=${keys}`, { url, gpgVerify: true, gpgKeyPath: keys }],
  [`URL=${url}\nGPGKeyPath=${keys}\nGPGVerify=Off`, { url, gpgVerify: false, gpgKeyPath: keys }],
  [`URL=${url}\nGPGKeyPath=${keys}\nGPGVerify=1`, { url, gpgVerify: true, gpgKeyPath: keys }],
  ['', undefined],
])('[Remote] %j', (text, remote) => {
  expect(guestOf(`${good}[Remote]\n${text}`).remote).toEqual(remote);
});

// systemd expands the others itself.
test('unit sections are handed on as they are, resets included, %n apart', () => {
  const guest = guestOf(
    `${good}[Service]\nCPUWeight=10\nCPUWeight=\nSetCredential=a:%n %H %%n\n[Unit]\nAfter=x`,
  );
  expect(unitSettings(guest, 'Service')).toEqual([
    ['CPUWeight', '10'],
    ['CPUWeight', ''],
    ['SetCredential', 'a:mail %H %%n'],
  ]);
  expect(unitSettings(guest, 'Unit')).toEqual([['After', 'x']]);
  expect(unitSettings(guest, 'Timer')).toEqual([]);
});
