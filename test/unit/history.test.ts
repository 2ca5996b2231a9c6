// An attempt goes into the history file and into the journal, and comes back from both; the JSON is what journalctl 257 printed.
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { plain } from '../../src/guestctl/screen.ts';
import { historyText } from '../../src/guestctl/screens/history.ts';
import { parseEntries } from '../../src/host/journal.ts';
import { isStale, startedBy } from '../../src/host/started-by.ts';
import {
  type Attempt,
  attemptFields,
  attemptLine,
  parseAttempt,
  parseLine,
  triggerOf,
} from '../../src/state/attempts.ts';
import { appendLine, readLines } from '../../src/state/history.ts';
import { synced } from './synced-files.ts';

process.env['TZ'] = 'UTC';

vi.mock('node:fs', async (original) => (await import('./synced-files.ts')).recordSynced(original));

const attempt: Attempt = {
  guest: 'mail',
  action: 'switch',
  outcome: 'failed',
  trigger: 'start',
  seconds: 3.4,
  from: 'a'.repeat(64),
  to: 'b'.repeat(64),
  message: 'bad.service failed',
};

test('its fields are in the journal, and what is not known is not', () => {
  expect(attemptFields(attempt)).toEqual({
    MESSAGE_ID: '5c1a7f0e3b0d4c5e9b6f4f0a2d8e7c31',
    PRIORITY: '4',
    SYSLOG_IDENTIFIER: 'ostree-guest-switch',
    OSTREE_GUEST: 'mail',
    OSTREE_GUEST_ACTION: 'switch',
    OSTREE_GUEST_OUTCOME: 'failed',
    OSTREE_GUEST_TRIGGER: 'start',
    OSTREE_GUEST_SECONDS: '3.4',
    MESSAGE: 'bad.service failed',
    OSTREE_GUEST_FROM: 'a'.repeat(64),
    OSTREE_GUEST_TO: 'b'.repeat(64),
  });
});

test('it is read back from what journalctl prints', () => {
  const printed = `${JSON.stringify({
    ...attemptFields(attempt),
    __REALTIME_TIMESTAMP: '1795502628101487',
    _UID: '0',
    _SYSTEMD_UNIT: 'ostree-guest-assess@mail.service',
  })}\n`;
  const [entry = {}] = parseEntries(printed);
  const past = parseAttempt(entry);
  if (!past) throw new Error('it is no attempt');
  expect(past).toEqual({ ...attempt, version: undefined, time: new Date('2026-11-24T06:43:48.101Z') });
  expect(historyText([past], historyScreen)).toBe(
    `TIME (UTC)        GUEST  ACTION  OUTCOME  TO            MESSAGE
2026-11-24 06:43  mail   switch  failed   bbbbbbbbbbbb  bad.service failed`,
  );
});

const historyScreen = { ...plain, namesGuests: true, now: new Date('2026-11-26T22:00:00Z') };
const past = { ...attempt, version: '13.2', time: new Date('2026-11-24T06:43:48Z') };

test('at 80 columns no message is cut off, and a single guest is not named', () => {
  const message =
    'bad.service failed, and had not failed before. The guest went back to the deployment before: 13.1 (aaaaaaaaaaaa)';
  const terminal = { ...historyScreen, namesGuests: false, width: 80 };
  expect(historyText([{ ...past, message }, past], terminal)).toBe(
    `TIME (UTC)        ACTION  OUTCOME  TO
2026-11-24 06:43  switch  failed   13.2 bbbbbbbbbbbb
    bad.service failed, and had not failed before. The guest went back to the
    deployment before: 13.1 (aaaaaaaaaaaa)
2026-11-24 06:43  switch  failed   13.2 bbbbbbbbbbbb
    bad.service failed`,
  );
  expect(historyText([past], terminal)).toBe(
    `TIME (UTC)        ACTION  OUTCOME  TO                 MESSAGE
2026-11-24 06:43  switch  failed   13.2 bbbbbbbbbbbb  bad.service failed`,
  );
  expect(historyText([past], { ...terminal, width: 30, legend: false })).toBe(
    `2026-11-24 06:43  switch  failed  13.2 bbbbbbbbbbbb
    bad.service failed`,
  );
});

test.each([
  ['UTC', 'UTC', '06:43'],
  ['Europe/Berlin', 'UTC+1', '07:43'],
  ['America/St_Johns', 'UTC-3:30', '03:13'],
  ['Asia/Kathmandu', 'UTC+5:45', '12:28'],
])('times in %s', (zone, named, clock) => {
  process.env['TZ'] = zone;
  const [header, line] = historyText([past], historyScreen).split('\n');
  process.env['TZ'] = 'UTC';
  expect(header).toContain(`TIME (${named})`);
  expect(line).toContain(`2026-11-24 ${clock} `);
});

test('an entry with our MESSAGE_ID that is no attempt is left out', () => {
  expect(parseAttempt({ MESSAGE: 'forged' })).toBeUndefined();
  expect(parseAttempt({ ...attemptFields(attempt), OSTREE_GUEST_ACTION: 'own' })).toBeUndefined();
});

test('an entry without a time or a duration is very old and took no time', () => {
  const { OSTREE_GUEST_SECONDS: _, ...entry } = attemptFields(attempt);
  expect(parseAttempt(entry)).toMatchObject({ time: new Date(0), seconds: 0 });
});

test.each([
  [{ outcome: 'failed' }, '4'],
  [{ outcome: 'staged' }, '5'],
  [{ outcome: 'done', action: 'rollback' }, '4'],
] as const)('the priority of %j in the journal', (what, priority) => {
  expect(attemptFields({ ...attempt, ...what })['PRIORITY']).toBe(priority);
});

test('of a long message the beginning is kept', () => {
  expect(attemptLine({ ...attempt, message: 'm'.repeat(9000) }).message).toBe('m'.repeat(2000));
});

test('what is no object is no line', () => {
  expect([null, 1, 'text', [attemptLine(attempt)]].map(parseLine)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('a line of another format is left out', () => {
  expect(parseLine({ ...attemptLine(attempt), format: undefined })).toBeDefined();
  expect(parseLine({ ...attemptLine(attempt), format: 2 })).toBeUndefined();
});

test('what is not text in the journal is read, too', () => {
  const printed = '{"MESSAGE":[27,91,49,109,101],"_UID":["1","2"],"COREDUMP":null}\n';
  expect(parseEntries(printed)).toEqual([{ MESSAGE: '\x1b[1me', _UID: '2', COREDUMP: '' }]);
});

// systemd.exec(5), $TRIGGER_UNIT.
test.each([
  [{}, 'manual'],
  [{ TRIGGER_UNIT: 'ostree-guest-update@mail.timer' }, 'timer'],
  [{ TRIGGER_UNIT: 'mail.path' }, 'manual'],
])('%j: %s', (environment, trigger) => {
  expect(triggerOf(environment)).toBe(trigger);
});

test.each<[title: string, elapsed: string | undefined, started: string, ended: string, expected: boolean]>([
  ['started by its timer', '5000000', '5000300', '0', false],
  ['started by its timer, while systemd was busy', '5000000', '9900000', '3000000', false],
  ['started by its timer, when it had just ended', '5000000', '5000300', '5000100', false],
  ['started by hand, after its timer had started it', '5000000', '8000000', '5900000', true],
  ['of which systemd does not say when', undefined, '8000000', '5900000', false],
])('a service %s', (_, elapsed, started, ended, expected) => {
  expect(isStale(elapsed, started, ended)).toBe(expected);
});

// As systemd 252, 257 and 262 showed them: two timers of one service, and starts by hand in between. Seconds of the monotonic clock.
test.each<
  [title: string, window: number, lock: number, started: number, ended: number, by: string | undefined]
>([
  ['by the first elapse', 1.593, 0, 1.594, 0, 'window'],
  ['by the second elapse', 6.593, 0, 6.594, 1.65, 'window'],
  ['by hand, then', 6.593, 0, 10.738, 6.656, undefined],
  ['by the other timer', 36.593, 38.593, 38.594, 36.663, 'lock'],
  ['by the first timer again', 41.593, 38.593, 41.594, 38.659, 'window'],
  ['by hand, after both', 41.593, 43.593, 47.288, 43.654, undefined],
  ['by hand, before either', 0, 0, 5, 3, undefined],
  ['by hand, before one that elapsed since', 9.1, 0, 9, 3, undefined],
])('a service that was started %s', (_, window, lock, started, ended, by) => {
  const [windowElapsed, lockElapsed, start, end] = [window, lock, started, ended].map((seconds) =>
    String(Math.round(seconds * 1e6)),
  );
  const timers = [
    { timer: 'window', elapsed: windowElapsed },
    { timer: 'lock', elapsed: lockElapsed },
  ];
  expect(startedBy(timers, start, end)).toBe(by);
});

let directory: string;
beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'history-')), 'history');
});
afterEach(() => rmSync(join(directory, '..'), { recursive: true }));

const identity = (value: unknown) => value;

test('it is read back from the file, and nothing else can be taken for one', () => {
  const hostile = { ...attempt, message: 'a\n{"guest":"mail"}\x1b[2K', version: 'v'.repeat(9000) };
  appendLine(directory, attemptLine(attempt));
  appendLine(directory, attemptLine(hostile));
  const { values, damaged } = readLines(directory, parseLine);
  expect(values).toEqual([
    { ...attempt, time: expect.any(Date) },
    { ...hostile, version: 'v'.repeat(2000), time: expect.any(Date) },
  ]);
  expect(damaged).toEqual([]);
});

test('a line that a power cut has torn costs only itself, and is told', () => {
  appendLine(directory, 1);
  appendFileSync(`${directory}/1.jsonl`, '{"guest":"ma');
  appendLine(directory, 2);
  appendFileSync(`${directory}/1.jsonl`, 'null\n\0\0\0\n');
  appendLine(directory, 3);
  const parse = (value: unknown) => (typeof value === 'number' ? value : undefined);
  expect(readLines(directory, parse)).toEqual({
    values: [1, 2, 3],
    damaged: [2, 4, 5].map((line) => `${directory}/1.jsonl:${line}`),
  });
});

test('also a line of one character', () => {
  mkdirSync(directory);
  writeFileSync(`${directory}/1.jsonl`, '{');
  appendLine(directory, 2);
  expect(readLines(directory, identity)).toEqual({ values: [2], damaged: [`${directory}/1.jsonl:1`] });
});

test('a line is on disk, also in a new file', () => {
  synced.length = 0;
  appendLine(directory, 1);
  expect(synced).toEqual([`${directory}/1.jsonl`, directory]);
});

test('it is for root only, one line for each, and no file stays open', () => {
  const open = readdirSync('/proc/self/fd').length;
  for (const number of [1, 2, 3]) appendLine(directory, number);
  expect(readFileSync(`${directory}/1.jsonl`, 'utf8')).toBe('1\n2\n3\n');
  expect([directory, `${directory}/1.jsonl`].map((path) => statSync(path).mode & 0o777)).toEqual([
    0o700, 0o600,
  ]);
  expect(readdirSync('/proc/self/fd').length).toBe(open);
});

test.each([
  [64 * 1024 - 1, ['1.jsonl']],
  [64 * 1024, ['1.jsonl', '2.jsonl']],
])('a file of %i bytes', (size, files) => {
  mkdirSync(directory);
  writeFileSync(`${directory}/1.jsonl`, `${'"x"\n'.repeat(size / 4)}`.padEnd(size, '\n'));
  appendLine(directory, 'last');
  expect(readdirSync(directory).sort()).toEqual(files);
  expect(readLines(directory, identity).values.at(-1)).toBe('last');
});

test('it is bounded, and the newest are kept', () => {
  const long = 'x'.repeat(1000);
  for (let number = 0; number < 1000; number += 1) appendLine(directory, `${number} ${long}`);
  const { values } = readLines(directory, identity);
  expect(values.at(-1)).toBe(`999 ${long}`);
  expect(values.length).toBeGreaterThan(128);
  expect(values).toEqual(Array.from(values, (_, index) => `${1000 - values.length + index} ${long}`));
  const sizes = readdirSync(directory).map((name) => statSync(`${directory}/${name}`).size);
  expect(sizes.length).toBe(3);
  expect(Math.max(...sizes)).toBeLessThan(70_000);
});

test('a guest without a history has none', () => {
  expect(readLines(directory, identity)).toEqual({ values: [], damaged: [] });
  mkdirSync(directory);
  writeFileSync(`${directory}/notes`, 'not ours');
  appendLine(directory, 1);
  expect(readLines(directory, identity)).toEqual({ values: [1], damaged: [] });
  expect(readdirSync(directory).sort()).toEqual(['1.jsonl', 'notes']);
});
