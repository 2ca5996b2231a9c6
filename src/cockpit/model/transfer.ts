// The dialogues that copy, rename, export and import guests: what they ask for and say, and the command.
import type { ToldGuest } from '../told/answers.ts';
import { t } from '../words/translate.ts';
import { nameMistake } from './creation.ts';

export type Transfer = 'copy' | 'rename' | 'export' | 'import';

export interface TransferForm {
  /** Of the new guest. Empty for an import that keeps the name that the archive has. */
  readonly name: string;
  /** The archive: a path of the host. */
  readonly file: string;
  readonly hasVar: boolean;
  /** Stops a running guest for the copy. */
  readonly stops: boolean;
}

export interface TransferDialogue {
  readonly title: string;
  readonly fields: readonly (keyof TransferForm)[];
  /** What is lost, what to take care of, and what is not done. */
  readonly notes: readonly string[];
}

/** `from` is the guest; undefined for an import. */
type From = Pick<ToldGuest, 'name' | 'state'> | undefined;

export const emptyTransfer = (transfer: Transfer, from: From): TransferForm => ({
  name: '',
  file: transfer === 'export' ? `/root/${from?.name}.tar.zst` : '',
  hasVar: true,
  stops: false,
});

export function transferLabel(transfer: Transfer): string {
  switch (transfer) {
    case 'copy':
      return t('Copy');
    case 'rename':
      return t('Rename');
    case 'export':
      return t('Export');
    case 'import':
      return t('Import');
  }
}

export function dialogueOf(transfer: Transfer, from: From): TransferDialogue {
  const name = from?.name ?? '';
  const stop: readonly (keyof TransferForm)[] = from?.state === 'running' ? ['stops'] : [];
  switch (transfer) {
    case 'copy':
      return {
        title: t('Copy {name}', { name }),
        fields: ['name', 'hasVar', ...stop],
        notes: [
          t('The copy is a machine of its own: it makes its own machine ID and SSH host keys.'),
          t('Change what only one of the two may have, such as ports, before you start the copy.'),
        ],
      };
    case 'rename':
      return {
        title: t('Rename {name}', { name }),
        fields: ['name'],
        notes: [
          t('Its deployments, /etc, /var, history, drop-ins and enabled units follow.'),
          t('Its network addresses may change, because they depend on the name.'),
        ],
      };
    case 'export':
      return {
        title: t('Export {name}', { name }),
        fields: ['file', 'hasVar', ...stop],
        notes: [
          t('The file has the passwords and keys of {name}.', { name }),
          t('It does not have what the guest file only names, such as Bind= and LoadCredential=.'),
        ],
      };
    case 'import':
      return {
        title: t('Import a guest'),
        fields: ['file', 'name'],
        notes: [
          t('Everything in the file is checked before the guest appears. Nothing is replaced.'),
          t('The guest has the machine ID and SSH host keys of the original: do not run both.'),
          t(
            'A guest file can give a guest any access to this host: if the archive comes from somebody else, look at the guest file before the start.',
          ),
        ],
      };
  }
}

/** Says what is wrong with a text that was typed; empty if nothing is. */
export function transferMistake(
  field: keyof TransferForm,
  form: TransferForm,
  taken: readonly string[],
): string {
  if (field === 'name') return nameMistake(form, taken);
  return field === 'file' && form.file !== '' && !form.file.startsWith('/')
    ? t('Type the whole path, with / at its beginning')
    : '';
}

export function isTransferComplete(
  transfer: Transfer,
  from: From,
  form: TransferForm,
  taken: readonly string[],
): boolean {
  const isOptional = (field: keyof TransferForm) => field === 'name' && transfer === 'import';
  return dialogueOf(transfer, from).fields.every(
    (field) => (form[field] !== '' || isOptional(field)) && transferMistake(field, form, taken) === '',
  );
}

/** Returns the arguments of guestctl. */
export function transferArgs(transfer: Transfer, from: From, form: TransferForm): string[] {
  const { name, file, hasVar, stops } = form;
  const guest = from?.name ?? '';
  const options = [...(hasVar ? [] : ['--no-var']), ...(stops ? ['--stop'] : [])];
  switch (transfer) {
    case 'copy':
      return ['copy', ...options, guest, name];
    case 'rename':
      return ['rename', guest, name];
    case 'export':
      return ['export', ...options, guest, file];
    case 'import':
      return ['import', ...(name === '' ? [] : [`--as=${name}`]), file];
  }
}

/** What is said meanwhile. */
export function transferring(transfer: Transfer, from: From, { name: to, file }: TransferForm): string {
  const name = from?.name ?? '';
  switch (transfer) {
    case 'copy':
      return t('Copying {name} to {to}', { name, to });
    case 'rename':
      return t('Renaming {name} to {to}', { name, to });
    case 'export':
      return t('Exporting {name} to {file}', { name, file });
    case 'import':
      return t('Importing {file}', { file });
  }
}
