import { Alert, Button, Flex, Spinner } from '@patternfly/react-core';
import { useEffect, useState } from 'react';
import { ask } from '../bridge/run-guestctl.ts';
import {
  type EditedDeclaration,
  nameWithKind,
  type OpenFile,
  openFile,
  textWords,
} from '../model/edited-file.ts';
import type { ToldProblem } from '../told/answers.ts';
import { t } from '../words/translate.ts';
import { EditPreview } from './edit-preview.tsx';
import { Failure } from './failure.tsx';
import { useAnswer, useCheck, useGuests } from './hooks.ts';
import { TextEditor } from './text-editor.tsx';

/** What is typed and not saved, by what it declares: it is kept while another tab or page is shown. */
const unsaved = new Map<string, { readonly opened: OpenFile; readonly text: string }>();

/** The file of a guest, build or mirror: to read, and for administrators to edit. */
export function FileTab({ declaration }: { readonly declaration: EditedDeclaration }) {
  const { round } = useGuests();
  const name = nameWithKind(declaration);
  const [opened, setOpened] = useState(unsaved.get(name)?.opened);
  const { answer, failure } = useAnswer(() => ask('cat', [name]), `${name} ${round}`);
  const current = answer && openFile(declaration, answer);
  useEffect(() => {
    if (current && !opened) setOpened(current);
  }, [current, opened]);
  if (failure && !opened) return <Failure text={failure} variant="warning" />;
  if (!opened) return <Spinner aria-label={t('Loading')} />;
  return (
    <FileEditor
      key={`${name} ${opened.sha256}`}
      declaration={declaration}
      opened={opened}
      current={current ?? opened}
      reopen={() => {
        unsaved.delete(name);
        setOpened(current);
      }}
    />
  );
}

interface FileEditorProps {
  readonly declaration: EditedDeclaration;
  readonly opened: OpenFile;
  /** The file as it is now: somebody else may have changed it. */
  readonly current: OpenFile;
  readonly reopen: () => void;
}

function FileEditor({ declaration, opened, current, reopen }: FileEditorProps) {
  const name = nameWithKind(declaration);
  const [text, setText] = useState(unsaved.get(name)?.text ?? opened.text);
  const [isPreviewed, setPreviewed] = useState(false);
  const { isAdmin } = useGuests();
  const { problems, failure } = useProblems(name, text);
  const isChanged = text !== opened.text;
  useUnsaved(name, opened, text);
  const isStale = useStale({ opened, current, reopen }, text);
  return (
    <div className="cards">
      <Notes name={declaration.name} opened={opened} isAllowed={isAdmin !== false} />
      {isStale && <Stale file={opened.file} reopen={reopen} />}
      <TextEditor
        label={textWords(declaration)}
        file={opened.target}
        text={text}
        problems={problems}
        change={isAdmin === false ? undefined : setText}
      />
      {failure && <Failure text={failure} variant="warning" />}
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
        <EditPreview
          declaration={declaration}
          opened={opened}
          text={text}
          onClose={() => setPreviewed(false)}
        />
      )}
    </div>
  );
}

/** Keeps a text while it differs from that of its file. */
function useUnsaved(name: string, opened: OpenFile, text: string): void {
  useEffect(() => {
    if (text === opened.text) unsaved.delete(name);
    else unsaved.set(name, { opened, text });
  }, [name, opened, text]);
}

type FileVersions = Pick<FileEditorProps, 'opened' | 'current' | 'reopen'>;

/** Returns true if the file was changed, and what is typed would be lost if it were opened again. Else it is. */
function useStale({ opened, current, reopen }: FileVersions, text: string): boolean {
  const isStale = current.sha256 !== opened.sha256;
  // Nothing is lost if it has become what is typed here: it was saved.
  const isSame = text === opened.text || text === current.text;
  useEffect(() => {
    if (isStale && isSame) reopen();
  }, [isStale, isSame, reopen]);
  return isStale && !isSame;
}

/** The mistakes of a text; those of the text before, until guestctl has answered. */
function useProblems(name: string, text: string) {
  const { answer, failure } = useCheck(() => ask('verify', [name, '--from=-'], text), text);
  const problems: readonly ToldProblem[] = answer ?? [];
  return { problems, failure };
}

interface NotesProps {
  readonly name: string;
  readonly opened: OpenFile;
  readonly isAllowed: boolean;
}

const Notes = ({ name, opened: { file, target, others }, isAllowed }: NotesProps) => (
  <>
    {!isAllowed && <Note title={t('Only administrators may change this file.')} />}
    {isAllowed && file !== target && (
      <Note
        title={t('This is {file}. Your version is saved as {target}, which overrides it.', { file, target })}
      />
    )}
    {others.length > 0 && (
      <Note title={t('{name} also follows these files:', { name })}>{others.join(', ')}</Note>
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
