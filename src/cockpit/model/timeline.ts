// The life of a guest: what was tried with it, and how it went.
import type { ToldAttempt } from '../told/answers.ts';
import { t } from '../words/translate.ts';
import type { Colour } from './row.ts';

export interface TimelineEvent {
  readonly time: string;
  readonly title: string;
  /** What guestctl says of it. */
  readonly message: string;
  /** Who or what caused it. */
  readonly trigger: string;
  readonly colour: Colour;
}

/** The newest first. */
export const timelineOf = (attempts: readonly ToldAttempt[]): readonly TimelineEvent[] =>
  attempts.map(eventOf).toReversed();

function eventOf({ time, action, outcome, version, to, message, trigger }: ToldAttempt): TimelineEvent {
  const what = version ?? to?.slice(0, 12) ?? '';
  return {
    time,
    title: [titleOf(action, outcome), what].filter(Boolean).join(': '),
    message,
    trigger: triggerWords(trigger),
    colour: colourOf(action, outcome),
  };
}

function titleOf(action: string, outcome: string): string {
  if (outcome === 'failed') return failedWords(action);
  if (action === 'rollback') return t('Rolled back');
  if (action === 'create') return t('Created');
  if (action === 'rehearse') return t('Rehearsed');
  switch (outcome) {
    case 'available':
      return t('Update available');
    case 'fetched':
      return t('Update fetched');
    case 'staged':
      return t('Update staged');
    case 'waiting':
      return t('Waits for a lock');
    case 'rejected':
      return t('Update skipped: it failed before');
    case 'blessed':
      return t('Healthy');
    default:
      return `${action}: ${outcome}`;
  }
}

function failedWords(action: string): string {
  switch (action) {
    case 'create':
      return t('Creation failed');
    case 'rehearse':
      return t('Rehearsal failed');
    case 'switch':
      return t('Switch failed');
    case 'rollback':
      return t('Rollback failed');
    default:
      return t('Update failed');
  }
}

function triggerWords(trigger: string): string {
  switch (trigger) {
    case 'timer':
      return t('by its timer');
    case 'manual':
      return t('by hand');
    case 'start':
      return t('at its start');
    default:
      return trigger;
  }
}

function colourOf(action: string, outcome: string): Colour {
  if (outcome === 'failed') return 'red';
  if (action === 'rollback' || outcome === 'rejected') return 'orange';
  return outcome === 'blessed' || outcome === 'done' ? 'green' : 'blue';
}
