import type { JournalFields } from '../host/journal.ts';

/** Each attempt to change what a guest runs is in the journal, too, with this MESSAGE_ID: systemd.journal-fields(7). */
export const messageId = '5c1a7f0e3b0d4c5e9b6f4f0a2d8e7c31';

export interface Attempt {
  readonly guest: string;
  readonly action: 'create' | 'update' | 'rehearse' | 'switch' | 'rollback';
  /** The commits before and after. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Of the commit after. */
  readonly version?: string | undefined;
  /** What caused it. */
  readonly trigger: Trigger;
  readonly outcome: Outcome;
  readonly seconds: number;
  /** For people; why it failed, where it did. */
  readonly message: string;
}

export type Trigger = 'timer' | 'manual' | 'start';

/**
 * `available`, `fetched`, `staged`: how far an update came. `rejected`: a commit that failed before was left alone.
 * `blessed`: the guest runs it and is healthy. `done`: a rollback took effect, or a rehearsal went well. `failed`: it
 * did not work; the guest is as before, or goes back to that.
 */
type Outcome = 'available' | 'fetched' | 'staged' | 'rejected' | 'blessed' | 'done' | 'failed';

/** systemd tells a service which timer started it: systemd.exec(5), $TRIGGER_UNIT. */
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

/** The journal fields of an attempt; what is not known is left out. */
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

/** Reads a journal entry back. */
export function parseAttempt(entry: JournalFields): PastAttempt {
  const values = Object.fromEntries(Object.entries(names).map(([field, key]) => [key, entry[field]]));
  return {
    ...(values as unknown as Attempt),
    seconds: Number(values['seconds'] ?? 0),
    time: new Date(Number(entry['__REALTIME_TIMESTAMP'] ?? 0) / 1000),
  };
}

/** In characters: a message may have what a program said. */
const longest = 2000;

/** The line of an attempt in the history file; what is not known is left out. */
export const attemptLine = ({ message, version, ...attempt }: Attempt) => ({
  time: new Date().toISOString(),
  ...attempt,
  ...(version !== undefined && { version: version.slice(0, longest) }),
  message: message.slice(0, longest),
});

/** Reads a line back. Returns undefined if it is something else. */
export function parseLine(value: unknown): PastAttempt | undefined {
  const line = (value ?? {}) as Record<string, unknown>;
  const time = new Date(String(line['time']));
  const isText = (key: string) => typeof line[key] === 'string';
  const isOptional = (key: string) => line[key] === undefined || isText(key);
  const isWhole =
    ['guest', 'action', 'outcome', 'trigger', 'message'].every(isText) &&
    ['from', 'to', 'version'].every(isOptional) &&
    typeof line['seconds'] === 'number' &&
    !Number.isNaN(time.getTime());
  return isWhole ? { ...(line as unknown as Attempt), time } : undefined;
}
