import { ExpandableSection, FormGroup, FormSelect, FormSelectOption, Radio } from '@patternfly/react-core';
import { ask } from '../bridge/run-guestctl.ts';
import type { CreationField, CreationForm, FormMistakes, TreeSource } from '../model/creation.ts';
import { type TreeChoice, treeChoices } from '../model/tree-choices.ts';
import type { ToldCreation } from '../told/answers.ts';
import { t } from '../words/translate.ts';
import { Field, FieldHelp } from './field.tsx';
import { useAnswer } from './hooks.ts';

interface FieldsProps {
  readonly form: CreationForm;
  readonly change: (some: Partial<CreationForm>) => void;
  readonly mistakes: FormMistakes;
}

export function SourceField({ form, change }: FieldsProps) {
  const sources: readonly (readonly [TreeSource, string])[] = [
    ['build', t('Built on this host')],
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

/** The properties of the input of one field. */
const propsOf = (field: CreationField, { form, change, mistakes }: FieldsProps) => ({
  id: `create-${field}`,
  value: form[field],
  change: (value: string) => change({ [field]: value }),
  mistake: mistakes.of(field),
});

export function TreeField(props: FieldsProps) {
  const { source } = props.form;
  if (source === 'build') return <TemplateField {...props} />;
  const tree = propsOf('tree', props);
  if (source === 'image')
    return (
      <Field
        {...tree}
        label={t('Image')}
        hint={t('Such as registry.example/name:tag, or oci:/srv/images/name:tag of a directory')}
        isRequired
      />
    );
  return (
    <>
      <Field
        {...tree}
        label={t('Remote and ref')}
        hint={t('Such as site:debian/12/server: a name for the remote, and the branch to follow')}
        isRequired
      />
      <Field
        {...propsOf('url', props)}
        label={t('URL of the remote')}
        hint={t('Empty if this host has a remote of that name')}
      />
      <Field
        {...propsOf('gpgKey', props)}
        label={t('File with the keys that may sign its commits')}
        hint={t('A file on the host. Without keys, whoever controls the server controls the guest')}
      />
    </>
  );
}

/** Asks for what a guest can be built with. */
async function askChoices(): Promise<readonly TreeChoice[]> {
  const [templates, builds] = await Promise.all([ask('create', ['--list-templates']), ask('builds')]);
  return treeChoices('files' in templates ? [] : templates, builds);
}

function TemplateField({ form, change, mistakes }: FieldsProps) {
  const { answer = [], failure = '' } = useAnswer(askChoices, 'choices');
  const chosen = answer.find(({ name }) => name === form.tree);
  const mistake = mistakes.of('tree') || chosen?.mistake || failure;
  return (
    <FormGroup label={t('Build or template')} fieldId="create-template" isRequired>
      <FormSelect
        id="create-template"
        value={form.tree}
        validated={mistake ? 'error' : 'default'}
        onChange={(_, tree) => change({ tree })}
      >
        <FormSelectOption value="" label={t('Choose one')} isPlaceholder />
        {answer.map(({ name, label }) => (
          <FormSelectOption key={name} value={name} label={label} />
        ))}
      </FormSelect>
      <FieldHelp id="create-template" mistake={mistake} hint={chosen?.hint} />
    </FormGroup>
  );
}

/** An update whose guest fails it is rolled back. */
export const HealthField = (props: FieldsProps) => (
  <Field
    {...propsOf('healthCheck', props)}
    label={t('Health check')}
    hint={t('A command that succeeds in the guest if all is well, such as systemctl is-active nginx')}
  />
);

/** What most guests do without. */
export const FurtherFields = (props: FieldsProps) => (
  <ExpandableSection toggleText={t('Packages, ports, keys')}>
    <div className="fields">
      <Field {...propsOf('description', props)} label={t('Description')} />
      <Field
        {...propsOf('packages', props)}
        label={t('Packages to add to the tree')}
        hint={t('Such as nginx curl')}
      />
      <Field
        {...propsOf('ports', props)}
        label={t('Ports of the host to forward to it')}
        hint={t('Such as tcp:8080:80 for port 8080 of the host and port 80 of the guest')}
      />
      <Field
        {...propsOf('sshKeys', props)}
        label={t('Public keys that may log in as root by ssh')}
        hint={t('One in a line, as in ~/.ssh/id_ed25519.pub')}
        isLong
      />
    </div>
  </ExpandableSection>
);

/** The files that all of this makes. */
export const WrittenFiles = ({ creation }: { readonly creation: ToldCreation }) => (
  <ExpandableSection toggleText={t('Files that are written')}>
    {creation.files.map(({ path, text }) => (
      <div key={path}>
        <strong>{path}</strong>
        <pre className="said whole">{text}</pre>
      </div>
    ))}
  </ExpandableSection>
);
