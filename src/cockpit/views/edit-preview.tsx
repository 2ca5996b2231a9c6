import {
  Alert,
  Content,
  ExpandableSection,
  Modal,
  ModalBody,
  ModalHeader,
  Spinner,
} from '@patternfly/react-core';
import { ask } from '../bridge/run-guestctl.ts';
import { tasks } from '../bridge/tasks.ts';
import { changeBadge } from '../model/difference.ts';
import { type EditedDeclaration, editArgs, needsWords, type OpenFile, taskOf } from '../model/edited-file.ts';
import type { ToldEdit } from '../told/answers.ts';
import { t } from '../words/translate.ts';
import { BadgeLabel } from './badges.tsx';
import { DialogueFooter } from './dialogue-footer.tsx';
import { useAnswer } from './hooks.ts';
import { LineDiff } from './line-diff.tsx';

interface PreviewProps {
  readonly declaration: EditedDeclaration;
  readonly opened: OpenFile;
  readonly text: string;
  readonly onClose: () => void;
}

/** What the new text changes, before it is written. */
export function EditPreview({ declaration, opened, text, onClose }: PreviewProps) {
  const args = editArgs(declaration, opened);
  const [, ...options] = args;
  const { answer, failure } = useAnswer(() => ask('edit', [...options, '--dry-run'], text), text);
  const title = t('Saving {file}', { file: opened.target });
  const save = () => tasks.run({ guest: taskOf(declaration), title, args, input: text });
  return (
    <Modal isOpen variant="large" onClose={onClose} aria-labelledby="preview-title">
      <ModalHeader title={t('What this changes')} labelId="preview-title" description={opened.target} />
      <ModalBody tabIndex={0} aria-label={t('Changes')}>
        {!answer && !failure && <Spinner aria-label={t('Loading')} />}
        {failure && (
          <Alert component="h2" isInline variant="danger" title={t('It cannot be saved like this')}>
            <pre className="said">{failure}</pre>
          </Alert>
        )}
        {answer && <Preview edit={answer} kind={declaration.kind} />}
      </ModalBody>
      <DialogueFooter label={t('Save')} isDisabled={!answer} onConfirm={save} onClose={onClose} />
    </Modal>
  );
}

interface ChangesProps {
  readonly edit: ToldEdit;
  readonly kind: EditedDeclaration['kind'];
}

const Preview = ({ edit, kind }: ChangesProps) => (
  <Content>
    <p>{needsWords(edit, kind)}</p>
    {edit.units.length === 0 && <p>{t('No unit of systemd changes.')}</p>}
    {edit.units.map(({ path, change, diff }) => (
      <ExpandableSection
        key={path}
        isIndented
        toggleContent={
          <>
            {path.replace(/^\/run\/systemd\/generator\//, '')} <BadgeLabel badge={changeBadge(change)} />
          </>
        }
      >
        <LineDiff diff={diff} />
      </ExpandableSection>
    ))}
  </Content>
);
