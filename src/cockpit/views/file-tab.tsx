import { Alert, Button, Flex, Spinner } from '@patternfly/react-core';
import { useEffect, useState } from 'react';
import { ask } from '../bridge/run-guestctl.ts';
import { type OpenFile, openFile } from '../model/edited-file.ts';
import type { ToldProblem } from '../told/answers.ts';
import { t } from '../words/translate.ts';
import { EditPreview } from './edit-preview.tsx';
import { useAnswer, useCheck, useGuests } from './hooks.ts';
import { TextEditor } from './text-editor.tsx';

/** What is typed and not saved, by guest: it is kept while another tab or another guest is shown. */
const unsaved = new Map<string, { readonly opened: OpenFile; readonly text: string }>();

/** The guest file: to read, and for administrators to edit. */
export function FileTab({ guest }: { readonly guest: string }) {
  const { round } = useGuests();
  const [opened, setOpened] = useState(unsaved.get(guest)?.opened);
  const { answer, failure } = useAnswer(() => ask('cat', [guest]), `${guest} ${round}`);
  const current = answer && openFile(guest, answer);
  useEffect(() => {
    if (current && !opened) setOpened(current);
  }, [current, opened]);
  if (failure && !opened) return <Alert component="h2" isInline variant="warning" title={failure} />;
  if (!opened) return <Spinner aria-label={t('Loading')} />;
  return (
    <FileEditor
      key={`${guest} ${opened.sha256}`}
      guest={guest}
      opened={opened}
      current={current ?? opened}
      reopen={() => {
        unsaved.delete(guest);
        setOpened(current);
      }}
    />
  );
}

interface FileEditorProps {
  readonly guest: string;
  readonly opened: OpenFile;
  /** The file as it is now: somebody else may have changed it. */
  readonly current: OpenFile;
  readonly reopen: () => void;
}

function FileEditor({ guest, opened, current, reopen }: FileEditorProps) {
  const [text, setText] = useState(unsaved.get(guest)?.text ?? opened.text);
  const [isPreviewed, setPreviewed] = useState(false);
  const { isAdmin } = useGuests();
  const { problems, failure } = useProblems(guest, text);
  const isChanged = text !== opened.text;
  useEffect(() => {
    if (isChanged) unsaved.set(guest, { opened, text });
    else unsaved.delete(guest);
  }, [guest, opened, text, isChanged]);
  const isStale = current.sha256 !== opened.sha256;
  // Nothing is lost if it has become what is typed here: it was saved.
  const isSame = !isChanged || text === current.text;
  useEffect(() => {
    if (isStale && isSame) reopen();
  }, [isStale, isSame, reopen]);
  return (
    <div className="cards">
      <Notes guest={guest} opened={opened} isAllowed={isAdmin !== false} />
      {isStale && !isSame && <Stale file={opened.file} reopen={reopen} />}
      <TextEditor
        label={t('Guest file of {name}', { name: guest })}
        file={opened.target}
        text={text}
        problems={problems}
        change={isAdmin === false ? undefined : setText}
      />
      {failure && <Alert component="h2" isInline variant="warning" title={failure} />}
      {isAdmin !== false && (
        <Flex>
          <Button isDisabled={!isChanged} onClick={() => setPreviewed(true)}>
            {t('Review and save')}
          </Button>
          <Button variant="link" isDisabled={!isChanged} onClick={() => setText(opened.text)}>
            {t('Discard changes')}
          </Button>
        </Flex>
      )}
      {isPreviewed && (
        <EditPreview guest={guest} opened={opened} text={text} onClose={() => setPreviewed(false)} />
      )}
    </div>
  );
}

/** The mistakes of a text; those of the text before, until guestctl has answered. */
function useProblems(guest: string, text: string) {
  const { answer, failure } = useCheck(() => ask('verify', [guest, '--from=-'], text), text);
  const problems: readonly ToldProblem[] = answer ?? [];
  return { problems, failure };
}

interface NotesProps {
  readonly guest: string;
  readonly opened: OpenFile;
  readonly isAllowed: boolean;
}

const Notes = ({ guest, opened: { file, target, others }, isAllowed }: NotesProps) => (
  <>
    {!isAllowed && <Note title={t('Only administrators may change this file.')} />}
    {isAllowed && file !== target && (
      <Note
        title={t('This is {file}. Your version is saved as {target}, which overrides it.', { file, target })}
      />
    )}
    {others.length > 0 && (
      <Note title={t('{name} also follows these files:', { name: guest })}>{others.join(', ')}</Note>
    )}
  </>
);

const Note = ({ title, children }: { readonly title: string; readonly children?: string }) => (
  <Alert component="h2" isInline isPlain variant="info" title={title}>
    {children}
  </Alert>
);

const Stale = ({ file, reopen }: { readonly file: string; readonly reopen: () => void }) => (
  <Alert
    component="h2"
    isInline
    variant="warning"
    title={t('{file} was changed by somebody else meanwhile', { file })}
    actionLinks={
      <Button variant="link" isInline onClick={reopen}>
        {t('Discard your changes, and open it again')}
      </Button>
    }
  >
    {t('What you typed cannot be saved over it. Copy what you want to keep, and open it again.')}
  </Alert>
);
