import { Alert, EmptyState, ToggleGroup, ToggleGroupItem } from '@patternfly/react-core';
import { useEffect, useRef, useState } from 'react';
import { followGuestctl } from '../bridge/follow-output.ts';
import { lastLines } from '../model/last-lines.ts';
import { t } from '../words/translate.ts';

const limit = 1000;

/** The journal of a guest: what the host says of it, or what it says itself. It goes on while it is shown. */
export function JournalTab({ guest, isRunning }: { readonly guest: string; readonly isRunning: boolean }) {
  const [isInside, setInside] = useState(false);
  return (
    <>
      <ToggleGroup aria-label={t('Journal')}>
        <ToggleGroupItem
          text={t('Starts, stops and updates')}
          isSelected={!isInside}
          onChange={() => setInside(false)}
        />
        <ToggleGroupItem
          text={t('Inside the guest')}
          isSelected={isInside}
          onChange={() => setInside(true)}
        />
      </ToggleGroup>
      <Journal
        key={`${isInside} ${isRunning}`}
        guest={guest}
        isInside={isInside}
        follows={!isInside || isRunning}
      />
    </>
  );
}

interface JournalProps {
  readonly guest: string;
  readonly isInside: boolean;
  readonly follows: boolean;
}

function Journal({ guest, isInside, follows }: JournalProps) {
  const [text, setText] = useState('');
  const [failure, setFailure] = useState('');
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const which = isInside ? ['--inside'] : [];
    const how = ['--lines=300', '--output=short-iso', '--no-hostname', ...(follows ? ['--follow'] : [])];
    return followGuestctl(
      ['logs', ...which, guest, ...how],
      (more) => setText((before) => lastLines(before, more, limit)),
      setFailure,
    );
  }, [guest, isInside, follows]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the end moves when the text grows.
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'nearest' });
  }, [text]);
  return (
    <>
      {failure && <Alert isInline variant="danger" title={failure} />}
      {text === '' && !failure ? (
        <EmptyState titleText={t('The journal has no entries yet')} headingLevel="h3" />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it.
        <div className="journal" role="log" tabIndex={0} aria-label={t('Journal')}>
          {text}
          <div ref={end} />
        </div>
      )}
    </>
  );
}
