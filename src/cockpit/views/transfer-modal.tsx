import { Checkbox, List, ListItem, Modal, ModalBody, ModalHeader } from '@patternfly/react-core';
import { useState } from 'react';
import { cockpit } from '../bridge/cockpit.ts';
import { tasks } from '../bridge/tasks.ts';
import {
  dialogueOf,
  emptyTransfer,
  isTransferComplete,
  type Transfer,
  type TransferForm,
  transferArgs,
  transferLabel,
  transferMistake,
  transferring,
} from '../model/transfer.ts';
import type { ToldGuest } from '../told/answers.ts';
import { t } from '../words/translate.ts';
import { DialogueFooter } from './dialogue-footer.tsx';
import { DialogueForm } from './dialogue-form.tsx';
import { Field } from './field.tsx';
import { useGuestNames } from './hooks.ts';

interface TransferProps {
  readonly transfer: Transfer;
  /** undefined for an import. */
  readonly guest: ToldGuest | undefined;
  readonly onClose: () => void;
}

/** Copies, renames, exports or imports a guest. */
export function TransferModal({ transfer, guest, onClose }: TransferProps) {
  const [form, setForm] = useState(() => emptyTransfer(transfer, guest));
  const taken = useGuestNames();
  const { title, fields, notes } = dialogueOf(transfer, guest);
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="transfer-title">
      <ModalHeader title={title} labelId="transfer-title" />
      <ModalBody>
        <DialogueForm id="transfer" onConfirm={() => begin(transfer, guest, form)} onClose={onClose}>
          {fields.map((field) => (
            <TransferField
              key={field}
              field={field}
              form={form}
              transfer={transfer}
              mistake={transferMistake(field, form, taken)}
              change={(some) => setForm({ ...form, ...some })}
            />
          ))}
          <List>
            {notes.map((note) => (
              <ListItem key={note}>{note}</ListItem>
            ))}
          </List>
        </DialogueForm>
      </ModalBody>
      <DialogueFooter
        label={transferLabel(transfer)}
        isDisabled={!isTransferComplete(transfer, guest, form, taken)}
        form="transfer"
        onClose={onClose}
      />
    </Modal>
  );
}

/** A guest that was renamed while its page is shown has its page at another address. */
async function begin(transfer: Transfer, guest: ToldGuest | undefined, form: TransferForm): Promise<void> {
  const isDone = await tasks.run({
    guest: guest?.name ?? form.name,
    title: transferring(transfer, guest, form),
    args: transferArgs(transfer, guest, form),
  });
  const [kind, shown, ...rest] = cockpit.location.path;
  if (transfer === 'rename' && isDone && kind === 'guest' && shown === guest?.name)
    cockpit.location.go(['guest', form.name, ...rest]);
}

interface TransferFieldProps {
  readonly field: keyof TransferForm;
  readonly transfer: Transfer;
  readonly form: TransferForm;
  readonly mistake: string;
  readonly change: (some: Partial<TransferForm>) => void;
}

function TransferField({ field, transfer, form, mistake, change }: TransferFieldProps) {
  const id = `transfer-${field}`;
  if (field === 'hasVar' || field === 'stops')
    return (
      <Checkbox
        id={id}
        label={field === 'hasVar' ? t('With its data: /var') : t('Stop it for the copy, and start it again')}
        description={field === 'stops' && t('Needed while it runs, unless /var/lib is on btrfs or XFS')}
        isChecked={form[field]}
        onChange={(_, isChecked) => change({ [field]: isChecked })}
      />
    );
  return (
    <Field
      id={id}
      label={field === 'file' ? t('File on the host') : nameLabel(transfer)}
      value={form[field]}
      mistake={mistake}
      isRequired={field === 'file' || transfer !== 'import'}
      change={(text) => change({ [field]: text })}
    />
  );
}

const nameLabel = (transfer: Transfer): string =>
  transfer === 'import' ? t('Another name, if it should have one') : t('New name');
