import { Checkbox, Modal, ModalBody, ModalHeader } from '@patternfly/react-core';
import { useState } from 'react';
import { ask } from '../bridge/run-guestctl.ts';
import { tasks } from '../bridge/tasks.ts';
import {
  type CreationForm,
  creationArgs,
  emptyForm,
  fileArgs,
  isComplete,
  mistakesOf,
  nameMistake,
} from '../model/creation.ts';
import type { ToldCreation } from '../told/answers.ts';
import { t } from '../words/translate.ts';
import { FurtherFields, HealthField, SourceField, TreeField, WrittenFiles } from './create-fields.tsx';
import { DialogueFooter } from './dialogue-footer.tsx';
import { DialogueForm } from './dialogue-form.tsx';
import { Failure } from './failure.tsx';
import { Field } from './field.tsx';
import { useCheck, useGuestNames } from './hooks.ts';

/** Creates a guest from a template, an image or a remote. guestctl checks what is typed. */
export function CreateModal({ onClose }: { readonly onClose: () => void }) {
  const [form, setForm] = useState(emptyForm);
  const taken = useGuestNames();
  const isReady = isComplete(form, taken);
  const check = useCreation(form, isReady);
  const create = () => {
    const { name, sshKeys } = form;
    const title = t('Creating {name}', { name });
    tasks.run({
      guest: name,
      title,
      args: creationArgs(form),
      input: sshKeys.trim() === '' ? undefined : sshKeys,
    });
  };
  const isWrong = !isReady || (check.creation?.problems.length ?? 0) > 0;
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="create-title">
      <ModalHeader title={t('Create a guest')} labelId="create-title" />
      <ModalBody tabIndex={0} aria-label={t('Create a guest')}>
        <DialogueForm id="create" onConfirm={create} onClose={onClose}>
          <CreateFields
            form={form}
            change={(some) => setForm({ ...form, ...some })}
            wrongName={nameMistake(form, taken)}
            check={check}
          />
        </DialogueForm>
      </ModalBody>
      <DialogueFooter label={t('Create')} isDisabled={isWrong} form="create" onClose={onClose} />
    </Modal>
  );
}

interface FormProps {
  readonly form: CreationForm;
  readonly change: (some: Partial<CreationForm>) => void;
  readonly wrongName: string;
  readonly check: CreationCheck;
}

function CreateFields({ form, change, wrongName, check: { creation, failure } }: FormProps) {
  const mistakes = mistakesOf(creation);
  const fields = { form, change, mistakes };
  return (
    <>
      <Field
        id="create-name"
        label={t('Name')}
        value={form.name}
        change={(name) => change({ name })}
        mistake={wrongName}
        isRequired
      />
      <SourceField {...fields} />
      <TreeField {...fields} />
      <HealthField {...fields} />
      <FurtherFields {...fields} />
      {creation && <WrittenFiles creation={creation} />}
      <Starts {...fields} />
      {[...mistakes.others, ...(failure ? [failure] : [])].map((text) => (
        <Failure key={text} text={text} variant="warning" />
      ))}
    </>
  );
}

interface CreationCheck {
  /** undefined until guestctl has answered. */
  readonly creation: ToldCreation | undefined;
  readonly failure: string | undefined;
}

/** Asks guestctl what it would write, and what is wrong with that. */
function useCreation(form: CreationForm, isComplete: boolean): CreationCheck {
  const args = isComplete ? fileArgs(form) : [];
  const typed = JSON.stringify([args, form.sshKeys]);
  const { answer, failure } = useCheck(async () => {
    if (args.length === 0) return undefined;
    const told = await ask('create', [...args, '--dry-run'], form.sshKeys);
    return 'files' in told ? { ...told, typed } : undefined;
  }, typed);
  // An answer for another text says nothing of this one.
  return answer?.typed === typed ? { creation: answer, failure } : { creation: undefined, failure };
}

interface StartsProps {
  readonly form: CreationForm;
  readonly change: (some: Partial<CreationForm>) => void;
}

const Starts = ({ form, change }: StartsProps) => (
  <>
    <Checkbox
      id="create-start"
      label={t('Start it once it is created')}
      isChecked={form.isStarted}
      onChange={(_, isStarted) => change({ isStarted })}
    />
    <Checkbox
      id="create-enable"
      label={t('Start it when the host boots, and update it by itself')}
      isChecked={form.isEnabled}
      onChange={(_, isEnabled) => change({ isEnabled })}
    />
  </>
);
