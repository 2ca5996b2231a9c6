// The dialogue that creates a guest: what is typed, what is missing, and the command.
import { guestName } from '../../config/guest-name.ts';
import { t } from '../words/translate.ts';

export type TreeSource = 'build' | 'image' | 'ref';

export interface CreationForm {
  readonly name: string;
  readonly source: TreeSource;
  /** A template, an image, or REMOTE:REF. */
  readonly tree: string;
  /** Of the remote. Empty for a remote that the host has. */
  readonly url: string;
  readonly isStarted: boolean;
  readonly isEnabled: boolean;
}

export const emptyForm: CreationForm = {
  name: '',
  source: 'build',
  tree: '',
  url: '',
  isStarted: true,
  isEnabled: true,
};

/** Says what is wrong with the name; empty if nothing is. guestctl checks everything else. */
export function nameMistake({ name }: CreationForm, taken: readonly string[]): string {
  if (name === '') return '';
  if (!guestName.test(name)) return t('A name has 1 to 63 of a-z, 0-9 and -');
  return taken.includes(name) ? t('{name} is declared already', { name }) : '';
}

export const isComplete = (form: CreationForm, taken: readonly string[]): boolean =>
  form.name !== '' && form.tree !== '' && nameMistake(form, taken) === '';

/** Returns the arguments of guestctl. */
export function creationArgs({ name, source, tree, url, isStarted, isEnabled }: CreationForm): string[] {
  const args = ['create', name, `--${source}=${tree}`];
  if (source === 'ref' && url !== '') args.push(`--url=${url}`);
  if (isEnabled) args.push('--enable');
  if (isStarted) args.push('--start');
  return args;
}
