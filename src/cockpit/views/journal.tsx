import { Alert, EmptyState } from '@patternfly/react-core';
import { useEffect, useRef, useState } from 'react';
import { followOutput } from '../bridge/follow-output.ts';
import { lastLines } from '../model/last-lines.ts';
import { t } from '../words/translate.ts';

const limit = 1000;

/** Options of journalctl(1) for a journal that is shown here. */
export const journalOptions = ['--lines=300', '--output=short-iso', '--no-hostname'] as const;

/** The last lines that a command prints. It goes on while it is shown. For another command, give it another key. */
export function Journal({ command }: { readonly command: readonly string[] }) {
  const [text, setText] = useState('');
  const [failure, setFailure] = useState('');
  const log = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says which command it is.
  useEffect(
    () => followOutput(command, (more) => setText((before) => lastLines(before, more, limit)), setFailure),
    [],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the end of the text is shown when it grows.
  useEffect(() => {
    log.current?.scrollTo({ top: log.current.scrollHeight });
  }, [text]);
  return (
    <>
      {failure && <Alert isInline variant="danger" title={failure} />}
      {text === '' && !failure ? (
        <EmptyState titleText={t('The journal has no entries yet')} headingLevel="h3" />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it.
        <div className="journal" ref={log} role="log" tabIndex={0} aria-label={t('Journal')}>
          {text}
        </div>
      )}
    </>
  );
}
