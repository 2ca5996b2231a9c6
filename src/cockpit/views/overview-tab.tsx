import { Alert, Button, Card, CardBody, CardTitle, Gallery, Spinner } from '@patternfly/react-core';
import { useState } from 'react';
import { ask } from '../bridge/run-guestctl.ts';
import { forgive } from '../model/deployment-row.ts';
import { factsOf, unappliedOf } from '../model/guest-facts.ts';
import { troubleWords } from '../model/row.ts';
import { timersOf } from '../model/timers.ts';
import { exactly } from '../model/times.ts';
import { progressOf } from '../model/unit-signals.ts';
import type { ToldGuest } from '../told/answers.ts';
import { t } from '../words/translate.ts';
import { ActionButtons } from './action-buttons.tsx';
import { DeploymentsCard } from './deployments-card.tsx';
import { DiffModal } from './diff-modal.tsx';
import { FactsCard } from './facts-card.tsx';
import { language, useAnswer, useGuests } from './hooks.ts';
import { TimersCard } from './timers-card.tsx';

/** What a guest is and does now, and what is wrong with it. */
export function OverviewTab({ guest: listed }: { readonly guest: ToldGuest }) {
  const { round } = useGuests();
  const { name } = listed;
  const { answer } = useAnswer(() => ask('status', [name]), `${name} ${round}`);
  const guest = answer?.name === name ? answer : listed;
  return (
    <div className="cards">
      <Progress guest={name} />
      <Troubles guest={guest} />
      <Staged guest={guest} />
      <FactsCard facts={factsOf(guest, language())} />
      {!guest.hidden && <TimersCard of={guest.name} timers={timersOf(guest, language())} />}
      {guest.state !== 'not created' && !guest.hidden && <DeploymentsCard guest={guest} />}
      <Rejected guest={guest} />
    </div>
  );
}

/** How far an update, a rehearsal, a switch or an assessment is. */
function Progress({ guest }: { readonly guest: string }) {
  const text = progressOf(guest, useGuests().progress);
  if (text === '') return null;
  const spinner = <Spinner isInline aria-label={t('Loading')} />;
  return <Alert isInline isPlain component="h2" variant="info" customIcon={spinner} title={text} />;
}

const Troubles = ({ guest }: { readonly guest: ToldGuest }) => (
  <>
    {guest.troubles.map(({ kind, message }) => (
      <Alert isInline component="h2" key={`${kind} ${message}`} variant="danger" title={troubleWords(kind)}>
        <pre className="said">{message}</pre>
      </Alert>
    ))}
    {unappliedOf(guest).map((text) => (
      <Alert isInline isPlain component="h2" key={text} variant="warning" title={text} />
    ))}
  </>
);

/** The update that the next start applies: look at it before. */
function Staged({ guest }: { readonly guest: ToldGuest }) {
  const [isShown, setShown] = useState(false);
  const { staged, name } = guest;
  if (!staged) return null;
  const isBefore = staged.failure === null;
  return (
    <Alert
      isInline
      component="h2"
      variant={isBefore ? 'info' : 'warning'}
      title={t('An update is staged since {time}', { time: exactly(staged.since, language()) })}
      actionLinks={
        <Button variant="link" isInline onClick={() => setShown(true)}>
          {t('Show what it changes')}
        </Button>
      }
    >
      {staged.failure && <pre className="said">{staged.failure.reason}</pre>}
      {isShown && <DiffModal guest={name} between={[]} onClose={() => setShown(false)} />}
    </Alert>
  );
}

/** Commits that failed: updates skip them until they are forgiven. */
function Rejected({ guest: { name, rejected } }: { readonly guest: ToldGuest }) {
  if (rejected.length === 0) return null;
  return (
    <Card isCompact>
      <CardTitle component="h2">{t('Rejected')}</CardTitle>
      <CardBody>
        <Gallery hasGutter minWidths={{ default: '100%' }}>
          {rejected.map(({ checksum, reason, since }) => (
            <div key={checksum}>
              <strong>{checksum.slice(0, 12)}</strong>, {exactly(since, language())}
              <pre className="said">{reason}</pre>
            </div>
          ))}
        </Gallery>
        <ActionButtons of={name} actions={[forgive(name)]} />
      </CardBody>
    </Card>
  );
}
