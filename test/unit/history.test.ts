// An attempt goes into the journal and comes back from it; the JSON is what journalctl 257 printed.
import { expect, test } from 'vitest';
import { plain } from '../../src/cli/screen.ts';
import { historyText } from '../../src/cli/screens/history.ts';
import { parseEntries } from '../../src/machine/journal.ts';
import { type Attempt, attemptFields, parseAttempt, triggerOf } from '../../src/update/history.ts';

process.env['TZ'] = 'UTC';

const attempt: Attempt = {
  ...{ guest: 'mail', action: 'switch', outcome: 'failed', trigger: 'start', seconds: 3.4 },
  ...{ from: 'a'.repeat(64), to: 'b'.repeat(64), message: 'bad.service failed' },
};

test('its fields are in the journal, and what is not known is not', () => {
  expect(attemptFields(attempt)).toEqual({
    ...{
      MESSAGE_ID: '5c1a7f0e3b0d4c5e9b6f4f0a2d8e7c31',
      PRIORITY: '4',
      SYSLOG_IDENTIFIER: 'ostree-guest-switch',
    },
    ...{ OSTREE_GUEST: 'mail', OSTREE_GUEST_ACTION: 'switch', OSTREE_GUEST_OUTCOME: 'failed' },
    ...{ OSTREE_GUEST_TRIGGER: 'start', OSTREE_GUEST_SECONDS: '3.4', MESSAGE: 'bad.service failed' },
    ...{ OSTREE_GUEST_FROM: 'a'.repeat(64), OSTREE_GUEST_TO: 'b'.repeat(64) },
  });
});

test('it is read back from what journalctl prints', () => {
  const printed = `${JSON.stringify({
    ...attemptFields(attempt),
    ...{
      __REALTIME_TIMESTAMP: '1795502628101487',
      _UID: '0',
      _SYSTEMD_UNIT: 'ostree-guest-assess@mail.service',
    },
  })}\n`;
  const [entry = {}] = parseEntries(printed);
  const past = parseAttempt(entry);
  expect(past).toEqual({ ...attempt, version: undefined, time: new Date('2026-11-24T06:43:48.101Z') });
  expect(historyText([past], plain)).toBe(
    `TIME                     GUEST  ACTION  OUTCOME  TO            MESSAGE
Tue 2026-11-24 06:43:48  mail   switch  failed   bbbbbbbbbbbb  bad.service failed`,
  );
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
