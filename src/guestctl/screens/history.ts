import type { PastAttempt } from '../../state/attempts.ts';
import type { Screen } from '../screen.ts';
import { type Column, table } from './table.ts';
import { short, timeWords } from './wording.ts';

export const historyText = (attempts: readonly PastAttempt[], screen: Screen): string =>
  attempts.length === 0 ? 'No history yet' : table(columns, attempts, screen);

const columns: readonly Column<PastAttempt>[] = [
  { title: 'TIME', cell: ({ time }) => timeWords(time) },
  { title: 'GUEST', cell: ({ guest }) => guest },
  { title: 'ACTION', cell: ({ action }) => action },
  {
    title: 'OUTCOME',
    cell: ({ outcome }) => outcome,
    style: ({ outcome }) => (outcome === 'failed' ? 'bad' : outcome === 'blessed' ? 'good' : undefined),
  },
  { title: 'TO', cell: ({ to }) => (to ? short(to) : '-') },
  { title: 'FROM', cell: ({ from }) => (from ? short(from) : '-'), wide: true },
  { title: 'TRIGGER', cell: ({ trigger }) => trigger, wide: true },
  { title: 'SECONDS', cell: ({ seconds }) => String(seconds), wide: true },
  { title: 'MESSAGE', cell: ({ message }) => message, shrinks: true },
];

export const attemptJson = (attempt: PastAttempt) => ({
  time: attempt.time.toISOString(),
  guest: attempt.guest,
  action: attempt.action,
  outcome: attempt.outcome,
  from: attempt.from ?? null,
  to: attempt.to ?? null,
  version: attempt.version ?? null,
  trigger: attempt.trigger,
  seconds: attempt.seconds,
  message: attempt.message,
});
