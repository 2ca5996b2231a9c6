import { ToggleGroup, ToggleGroupItem } from '@patternfly/react-core';
import { useState } from 'react';
import { t } from '../words/translate.ts';
import { Journal, journalOptions } from './journal.tsx';

/** The journal of a guest: what the host says of it, or what it says itself. It goes on while it is shown. */
export function JournalTab({ guest, isRunning }: { readonly guest: string; readonly isRunning: boolean }) {
  const [isInside, setInside] = useState(false);
  const which = isInside ? ['--inside'] : [];
  const follows = isInside && !isRunning ? [] : ['--follow'];
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
        key={`${guest} ${isInside} ${isRunning}`}
        command={['guestctl', 'logs', ...which, guest, ...journalOptions, ...follows]}
      />
    </>
  );
}
