import { EmptyState } from '@patternfly/react-core';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { followOutput } from '../bridge/follow-output.ts';
import { lastLines } from '../model/last-lines.ts';
import { t } from '../words/translate.ts';
import { Failure } from './failure.tsx';

const limit = 1000;

/** Who is as near to the end is at the end, in pixels. */
const margin = 20;

/** Options of journalctl(1) for a journal that is shown here. */
export const journalOptions = ['--lines=300', '--output=short-iso', '--no-hostname'] as const;

/** The last lines that a command prints. It goes on while it is shown. For another command, give it another key. */
export function Journal({ command }: { readonly command: readonly string[] }) {
  const [text, setText] = useState('');
  const [failure, setFailure] = useState('');
  const log = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says which command it is.
  useEffect(
    () => followOutput(command, (more) => setText((before) => lastLines(before, more, limit)), setFailure),
    [],
  );
  // Before the browser tells of a scroll: else it would be told of one that is no longer at the end.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the end is shown when the text grows, unless somebody reads what is above.
  useLayoutEffect(() => {
    if (isAtEnd.current) log.current?.scrollTo({ top: log.current.scrollHeight });
  }, [text]);
  return (
    <>
      {failure && <Failure text={failure} />}
      {text === '' && !failure ? (
        <EmptyState titleText={t('The journal has no entries yet')} headingLevel="h3" />
      ) : (
        <div
          className="journal"
          ref={log}
          role="log"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it.
          tabIndex={0}
          aria-label={t('Journal')}
          onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
            isAtEnd.current = scrollTop + clientHeight > scrollHeight - margin;
          }}
        >
          {text}
        </div>
      )}
    </>
  );
}
