import { EmptyState, ProgressStep, ProgressStepper, Spinner } from '@patternfly/react-core';
import { ask } from '../bridge/run-guestctl.ts';
import type { Colour } from '../model/row.ts';
import { type TimelineEvent, timelineOf } from '../model/timeline.ts';
import { exactly } from '../model/times.ts';
import { t } from '../words/translate.ts';
import { Failure } from './failure.tsx';
import { language, useAnswer, useGuests } from './hooks.ts';

/** The history of a guest, the newest first. */
export function TimelineTab({ guest }: { readonly guest: string }) {
  const { round } = useGuests();
  const { answer, failure } = useAnswer(() => ask('history', [guest]), `${guest} ${round}`);
  if (failure) return <Failure text={failure} />;
  if (!answer) return <Spinner aria-label={t('Loading')} />;
  if (answer.length === 0) return <EmptyState titleText={t('Nothing has happened yet')} headingLevel="h3" />;
  return (
    <ProgressStepper isVertical aria-label={t('History')}>
      {timelineOf(answer).map((event, index) => (
        <Event key={event.time} id={`event-${index}`} event={event} />
      ))}
    </ProgressStepper>
  );
}

const variants: Readonly<Record<Colour, 'success' | 'danger' | 'warning' | 'info' | 'default'>> = {
  green: 'success',
  red: 'danger',
  orange: 'warning',
  blue: 'info',
  grey: 'default',
};

const Event = ({ id, event }: { readonly id: string; readonly event: TimelineEvent }) => (
  <ProgressStep
    id={id}
    titleId={`${id}-title`}
    variant={variants[event.colour]}
    aria-label={event.title}
    description={
      <>
        <div className="described">
          {exactly(event.time, language())}, {event.trigger}
        </div>
        <div className="message">{event.message}</div>
      </>
    }
  >
    {event.title}
  </ProgressStep>
);
