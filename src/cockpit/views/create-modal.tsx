import {
  Button,
  Checkbox,
  Form,
  FormGroup,
  FormHelperText,
  FormSelect,
  FormSelectOption,
  HelperText,
  HelperTextItem,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
  Radio,
  TextInput,
} from '@patternfly/react-core';
import { useState } from 'react';
import { ask } from '../bridge/run-guestctl.ts';
import { tasks } from '../bridge/tasks.ts';
import {
  type CreationForm,
  creationArgs,
  emptyForm,
  isComplete,
  nameMistake,
  type TreeSource,
} from '../model/creation.ts';
import { t } from '../words/translate.ts';
import { useAnswer, useGuests } from './hooks.ts';

/** Creates a guest from a template, an image or a remote. */
export function CreateModal({ onClose }: { readonly onClose: () => void }) {
  const [form, setForm] = useState(emptyForm);
  const taken = (useGuests().guests ?? []).map(({ name }) => name);
  const change = (some: Partial<CreationForm>) => setForm({ ...form, ...some });
  const create = () => {
    const { name } = form;
    tasks.run({ guest: name, title: t('Creating {name}', { name }), args: creationArgs(form) });
    onClose();
  };
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="create-title">
      <ModalHeader title={t('Create a guest')} labelId="create-title" />
      <ModalBody>
        <Form>
          <NameField form={form} change={change} mistake={nameMistake(form, taken)} />
          <SourceField form={form} change={change} />
          <TreeField form={form} change={change} />
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
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button onClick={create} isDisabled={!isComplete(form, taken)}>
          {t('Create')}
        </Button>
        <Button variant="link" onClick={onClose}>
          {t('Cancel')}
        </Button>
      </ModalFooter>
    </Modal>
  );
}

interface FieldProps {
  readonly form: CreationForm;
  readonly change: (some: Partial<CreationForm>) => void;
}

const NameField = ({ form, change, mistake }: FieldProps & { readonly mistake: string }) => (
  <FormGroup label={t('Name')} fieldId="create-name" isRequired>
    <TextInput
      id="create-name"
      value={form.name}
      validated={mistake ? 'error' : 'default'}
      onChange={(_, name) => change({ name })}
    />
    {mistake && (
      <FormHelperText>
        <HelperText>
          <HelperTextItem variant="error">{mistake}</HelperTextItem>
        </HelperText>
      </FormHelperText>
    )}
  </FormGroup>
);

function SourceField({ form, change }: FieldProps) {
  const sources: readonly (readonly [TreeSource, string])[] = [
    ['build', t('Built on this host, from a template')],
    ['image', t('A container image')],
    ['ref', t('A ref of an OSTree remote')],
  ];
  return (
    <FormGroup role="radiogroup" label={t('Tree')} fieldId="create-source">
      {sources.map(([source, label]) => (
        <Radio
          key={source}
          id={`create-${source}`}
          name="create-source"
          label={label}
          isChecked={form.source === source}
          onChange={() => change({ source, tree: '' })}
        />
      ))}
    </FormGroup>
  );
}

function TreeField({ form, change }: FieldProps) {
  const tree = (
    <TextInput id="create-tree" value={form.tree} onChange={(_, text) => change({ tree: text })} />
  );
  if (form.source === 'build') return <TemplateField form={form} change={change} />;
  if (form.source === 'image')
    return (
      <FormGroup label={t('Image, such as registry.example/name:tag')} fieldId="create-tree" isRequired>
        {tree}
      </FormGroup>
    );
  return (
    <>
      <FormGroup label={t('Remote and ref, such as site:debian/12/server')} fieldId="create-tree" isRequired>
        {tree}
      </FormGroup>
      <FormGroup label={t('URL of the remote, if the host does not have it')} fieldId="create-url">
        <TextInput id="create-url" value={form.url} onChange={(_, url) => change({ url })} />
      </FormGroup>
    </>
  );
}

function TemplateField({ form, change }: FieldProps) {
  const { answer, failure } = useAnswer(() => ask('create', ['--list-templates']), 'templates');
  const chosen = answer?.find(({ name }) => name === form.tree);
  return (
    <FormGroup label={t('Template')} fieldId="create-template" isRequired>
      <FormSelect id="create-template" value={form.tree} onChange={(_, tree) => change({ tree })}>
        <FormSelectOption value="" label={t('Choose a template')} isPlaceholder />
        {(answer ?? []).map(({ name, description }) => (
          <FormSelectOption key={name} value={name} label={`${name}: ${description}`} />
        ))}
      </FormSelect>
      <FormHelperText>
        <HelperText>
          {failure && <HelperTextItem variant="error">{failure}</HelperTextItem>}
          {chosen?.problems.map(({ message, remedy }) => (
            <HelperTextItem key={message} variant="warning">
              {[message, remedy].filter(Boolean).join('. ')}
            </HelperTextItem>
          ))}
        </HelperText>
      </FormHelperText>
    </FormGroup>
  );
}
