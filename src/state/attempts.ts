import { wallClock } from '../host/clock.ts';
import type { JournalFields } from '../host/journal.ts';
import { type Fields, fieldsOf, isObject, WrongJson } from '../host/json-fields.ts';

/** Each attempt to change what a guest runs is in the journal, too, with this MESSAGE_ID: systemd.journal-fields(7). */
export const messageId = '5c1a7f0e3b0d4c5e9b6f4f0a2d8e7c31';

export interface Attempt {
  readonly guest: string;
  readonly action: (typeof actions)[number];
  /** The commits before and after. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Of the commit after. */
  readonly version?: string | undefined;
  /** What caused it. */
  readonly trigger: Trigger;
  readonly outcome: Outcome;
  readonly seconds: number;
  /** For people; the reason if it failed. */
  readonly message: string;
}

const actions = ['create', 'update', 'rehearse', 'switch', 'rollback'] as const;
export const triggers = ['timer', 'manual', 'start'] as const;
export type Trigger = (typeof triggers)[number];

/**
 * `available`, `fetched`, `staged`: how far an update went. `rejected`: a commit that failed before was skipped.
 * `waiting`: the guest is not taken down before it gets the lock of FleetLock=.
 * `blessed`: the guest runs it and is healthy. `done`: a guest was created, a rollback took effect, or a rehearsal succeeded. `failed`: it
 * did not work; the guest is as before, or goes back to that.
 */
const outcomes = [
  'available',
  'fetched',
  'staged',
  'waiting',
  'rejected',
  'blessed',
  'done',
  'failed',
] as const;
type Outcome = (typeof outcomes)[number];

/** Returns the trigger of this service: systemd names the timer that started it in $TRIGGER_UNIT, systemd.exec(5). */
export const triggerOf = (env: NodeJS.ProcessEnv): Trigger =>
  env['TRIGGER_UNIT']?.endsWith('.timer') ? 'timer' : 'manual';

const names = {
  OSTREE_GUEST: 'guest',
  OSTREE_GUEST_ACTION: 'action',
  OSTREE_GUEST_FROM: 'from',
  OSTREE_GUEST_TO: 'to',
  OSTREE_GUEST_VERSION: 'version',
  OSTREE_GUEST_TRIGGER: 'trigger',
  OSTREE_GUEST_OUTCOME: 'outcome',
  OSTREE_GUEST_SECONDS: 'seconds',
  MESSAGE: 'message',
} as const;

/** Returns the journal fields of an attempt, without undefined ones. */
export function attemptFields(attempt: Attempt): JournalFields {
  const fields = Object.entries(names).map(([field, key]) => [field, attempt[key]] as const);
  return {
    MESSAGE_ID: messageId,
    PRIORITY: attempt.outcome === 'failed' || attempt.action === 'rollback' ? '4' : '5',
    SYSLOG_IDENTIFIER: `ostree-guest-${attempt.action}`,
    ...Object.fromEntries(
      fields.filter(([, value]) => value !== undefined).map(([field, value]) => [field, String(value)]),
    ),
  };
}

export interface PastAttempt extends Attempt {
  readonly time: Date;
}

/** Reads a journal entry back. Returns undefined if it is something else. */
export function parseAttempt(entry: JournalFields): PastAttempt | undefined {
  const values = Object.fromEntries(Object.entries(names).map(([field, key]) => [key, entry[field]]));
  const time = new Date(Number(entry['__REALTIME_TIMESTAMP'] ?? 0) / 1000);
  return attemptOf({ ...values, seconds: Number(values['seconds'] ?? 0), time: time.toISOString() });
}

function attemptOf(value: unknown): PastAttempt | undefined {
  try {
    return readAttempt(fieldsOf(value));
  } catch (error) {
    if (error instanceof WrongJson) return undefined;
    throw error;
  }
}

const readAttempt = (fields: Fields): PastAttempt => ({
  time: fields.date('time'),
  guest: fields.text('guest'),
  action: fields.oneOf('action', actions),
  from: fields.optionalText('from'),
  to: fields.optionalText('to'),
  version: fields.optionalText('version'),
  trigger: fields.oneOf('trigger', triggers),
  outcome: fields.oneOf('outcome', outcomes),
  seconds: fields.number('seconds'),
  message: fields.text('message'),
});

/** The format of a line; one without a number has format 1. */
const format = 1;
/** The maximum length in characters: a message may contain the output of a program. */
const longest = 2000;

/** Returns the line of an attempt in the history file, without undefined fields. */
export const attemptLine = ({ message, version, ...attempt }: Attempt) => ({
  format,
  time: new Date(wallClock()).toISOString(),
  ...attempt,
  ...(version !== undefined && { version: version.slice(0, longest) }),
  message: message.slice(0, longest),
});

/** Reads a line back. Returns undefined if it is something else, or if a newer version wrote it in another format. */
export const parseLine = (value: unknown): PastAttempt | undefined =>
  isObject(value) && (value['format'] ?? format) === format ? attemptOf(value) : undefined;
