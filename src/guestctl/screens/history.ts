import { printableLine } from '../../host/printable.ts';
import { offsetOf, partsOf, zoneWords } from '../../host/time-words.ts';
import type { PastAttempt } from '../../state/attempts.ts';
import type { Screen } from '../screen.ts';
import { type Column, table } from './table.ts';
import { short } from './wording.ts';
import { wrapped } from './wrapped.ts';

export interface HistoryScreen extends Screen {
  /** True to name the guest of each attempt. */
  readonly namesGuests: boolean;
  /** Times are shown in the zone that holds now. */
  readonly now: Date;
}

/** Prints a line for each attempt. Messages that are too long for the terminal follow on lines of their own, in full. */
export function historyText(attempts: readonly PastAttempt[], screen: HistoryScreen): string {
  if (attempts.length === 0) return 'No history yet';
  const columns = columnsOf(screen);
  const unlimited = { ...screen, width: Number.POSITIVE_INFINITY };
  const fits = !wouldWrap(table([...columns, message], attempts, { ...unlimited, paint: plainly }), screen);
  if (fits) return table([...columns, message], attempts, unlimited);
  const lines = table(columns, attempts, screen).split('\n');
  const header = screen.legend ? lines.splice(0, 1) : [];
  const below = (text: string) => wrapped(printableLine(text), screen.width, '    ');
  return [...header, ...attempts.flatMap((one, at) => [lines[at] ?? '', ...below(one.message)])].join('\n');
}

const plainly: Screen['paint'] = (_, text) => text;

const wouldWrap = (text: string, { width }: Screen): boolean =>
  text.split('\n').some((line) => line.length > width);

const message: Column<PastAttempt> = { title: 'MESSAGE', cell: ({ message }) => message };

function columnsOf({ namesGuests, now }: HistoryScreen): Column<PastAttempt>[] {
  const time = (date: Date) => {
    const parts = partsOf(date, offsetOf(now));
    return `${parts.date} ${parts.clock}`;
  };
  const guest: Column<PastAttempt> = { title: 'GUEST', cell: ({ guest }) => guest };
  return [
    { title: `TIME (${zoneWords(now)})`, cell: (attempt) => time(attempt.time) },
    ...(namesGuests ? [guest] : []),
    { title: 'ACTION', cell: ({ action }) => action },
    {
      title: 'OUTCOME',
      cell: ({ outcome }) => outcome,
      style: ({ outcome }) => (outcome === 'failed' ? 'bad' : outcome === 'blessed' ? 'good' : undefined),
    },
    { title: 'TO', cell: ({ to, version }) => (to ? [version, short(to)].filter(Boolean).join(' ') : '-') },
    { title: 'FROM', cell: ({ from }) => (from ? short(from) : '-'), wide: true },
    { title: 'TRIGGER', cell: ({ trigger }) => trigger, wide: true },
    { title: 'SECONDS', cell: ({ seconds }) => String(seconds), wide: true },
  ];
}

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
