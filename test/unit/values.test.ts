// From what is written to what is meant: words, specifiers, resets, and what is handed on to units.
import { expect, test } from 'vitest';
import { splitWords } from '../../src/config/split-words.ts';
import { milliseconds } from '../../src/config/time-span.ts';
import { switchTimer } from '../../src/generator/units/switch-timer.ts';
import { updateTimer } from '../../src/generator/units/update-timer.ts';
import { ownLines } from '../../src/generator/units/verbatim-lines.ts';
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
  expect(splitWords(value)).toMatchObject({ words });
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

const policy = {
  by: 'host',
  action: 'stage',
  concurrency: 2,
  allowDowngrade: false,
  tries: 2,
  healthChecks: [],
  notify: [],
  healthTimeout: 300_000,
  rehearse: false,
  keep: 2,
  snapshotVar: false,
  notBefore: 0,
  window: undefined,
};

test.each([
  ['', {}],
  ['By=rpm-ostree', { by: 'rpm-ostree' }],
  ['Action=switch', { action: 'switch' }],
  ['Action=switch\nAction=', {}],
  ['HealthCheck=test -e "/a b"\nHealthCheck=true', { healthChecks: [['test', '-e', '/a b'], ['true']] }],
  ['Notify=/usr/local/bin/tell "a b"\nNotify=true', { notify: [['/usr/local/bin/tell', 'a b'], ['true']] }],
  ['HealthTimeoutSec=1min 30', { healthTimeout: 90_000 }],
  ['Tries=3\nKeep=5\nConcurrency=4', { tries: 3, keep: 5, concurrency: 4 }],
  [
    'Rehearse=on\nSnapshotVar=1\nAllowDowngrade=yes',
    { rehearse: true, snapshotVar: true, allowDowngrade: true },
  ],
])('[Update] %j', (text, expected) => {
  expect(guestOf(`${good}[Update]\n${text}`).update).toEqual({ ...policy, ...expected });
});

// An empty OnCalendar= comes first: it takes the template's own schedule away.
test.each([
  ['', [], []],
  ['OnCalendar=a\nOnCalendar=b', ['OnCalendar=', 'OnCalendar=a', 'OnCalendar=b'], []],
  ['OnCalendar=a\nOnCalendar=\nOnCalendar=b', ['OnCalendar=', 'OnCalendar=b'], []],
  ['RandomizedDelaySec=5min', ['RandomizedDelaySec=5min'], []],
  ['SwitchOnCalendar=Sun 03:00', [], ['OnCalendar=Sun 03:00']],
])('[Update] %j: the timers', (text, updates, switches) => {
  const guest = guestOf(`${good}[Update]\n${text}`);
  expect([updateTimer(guest).timer, switchTimer(guest).timer]).toEqual([updates, switches]);
});

// systemd.time(7), "Parsing Time Spans".
test.each([
  ['2', 2000],
  ['2 h', 7_200_000],
  ['1.5min', 90_000],
  ['55s500ms', 55_500],
  ['300ms20s 5day', 432_020_300],
  ['1y 12month', 31_557_600_000 * 2],
])('the time span %j', (span, expected) => {
  expect(milliseconds(span)).toBe(expected);
});

const url = 'https://ostree.example.org/repo';
const keys = '/etc/pki/site.gpg';
test.each([
  ['', {}],
  [`GPGKeyPath=${keys}`, { gpgVerify: true, gpgKeyPath: keys }],
  [`GPGKeyPath=${keys}\nGPGVerify=Off`, { gpgKeyPath: keys }],
  [`GPGKeyPath=${keys}\nGPGVerify=1`, { gpgVerify: true, gpgKeyPath: keys }],
  [`Ed25519KeyPath=${keys}`, { signVerify: true, ed25519KeyPath: keys }],
  [`Ed25519KeyPath=${keys}\nSignVerify=no`, { ed25519KeyPath: keys }],
  [
    'TLSCAPath=/a\nTLSClientCertPath=/b\nTLSClientKeyPath=/c\nProxyURL=socks5://proxy:1080',
    {
      tlsCaPath: '/a',
      tlsClientCertPath: '/b',
      tlsClientKeyPath: '/c',
      proxyUrl: 'socks5://proxy:1080',
    },
  ],
])('[Remote] %j', (text, expected) => {
  const { origin } = guestOf(`${good}[Remote]\nURL=${url}\n${text}`);
  expect(origin.kind === 'ostree' && origin.remote).toEqual({
    url,
    gpgVerify: false,
    signVerify: false,
    ...expected,
  });
});

test('without [Remote], none is declared', () => {
  expect(guestOf(good).origin).not.toHaveProperty('remote');
});

// systemd expands the others itself.
test('unit sections are handed on as they are, resets included, %n apart', () => {
  const guest = guestOf(
    `${good}[Service]\nCPUWeight=10\nCPUWeight=\nSetCredential=a:%n %H %%n\n[Unit]\nAfter=x`,
  );
  expect(ownLines(guest, 'Service')).toEqual(['CPUWeight=10', 'CPUWeight=', 'SetCredential=a:mail %H %%n']);
  expect(ownLines(guest, 'Unit')).toEqual(['After=x']);
  expect(ownLines(guest, 'Timer')).toEqual([]);
});
