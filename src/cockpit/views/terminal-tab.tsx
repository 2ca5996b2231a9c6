import { Alert, AlertActionLink, EmptyState, EmptyStateBody } from '@patternfly/react-core';
import { useEffect, useRef, useState } from 'react';
import { openShell } from '../bridge/shell.ts';
import { t } from '../words/translate.ts';
import { Failure } from './failure.tsx';

interface TerminalProps {
  readonly guest: string;
  readonly isRunning: boolean;
}

/** A root shell in a guest, for as long as the tab is shown. */
export function TerminalTab({ guest, isRunning }: TerminalProps) {
  const [round, setRound] = useState(0);
  const [isEnded, setEnded] = useState(false);
  const again = () => {
    setEnded(false);
    setRound(round + 1);
  };
  if (!isRunning && !isEnded && round === 0)
    return (
      <EmptyState titleText={t('{name} does not run', { name: guest })} headingLevel="h2">
        <EmptyStateBody>{t('Start it, to have a shell in it.')}</EmptyStateBody>
      </EmptyState>
    );
  return (
    <>
      {isEnded && (
        <Alert
          isInline
          component="h2"
          variant="info"
          title={t('The shell has ended')}
          actionLinks={
            isRunning && <AlertActionLink onClick={again}>{t('Open another one')}</AlertActionLink>
          }
        />
      )}
      <Screen key={round} guest={guest} onEnd={() => setEnded(true)} />
    </>
  );
}

function Screen({ guest, onEnd }: { readonly guest: string; readonly onEnd: () => void }) {
  const place = useRef<HTMLDivElement>(null);
  const [failure, setFailure] = useState('');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shell goes on whatever is called when it ends.
  useEffect(() => {
    let close = () => {};
    let isShown = true;
    import('../terminal/terminal-screen.ts').then(
      ({ showTerminal }) => {
        if (!place.current || !isShown) return;
        close = showTerminal(place.current, {
          label: t('Shell in {name}', { name: guest }),
          fontFamily: getComputedStyle(place.current).fontFamily,
          open: (size, tell) => openShell(guest, size, tell, onEnd),
        });
      },
      (error: Error) => setFailure(error.message),
    );
    return () => {
      isShown = false;
      close();
    };
  }, [guest]);
  return (
    <>
      {failure && <Failure text={failure} />}
      <div className="shell" ref={place} />
    </>
  );
}
