// The dialogue that creates a guest: what is typed, what is missing, and the command.
import { guestName } from '../../config/guest-name.ts';
import type { ToldCreation, ToldProblem } from '../told/answers.ts';
import { t } from '../words/translate.ts';
import { problemWords } from './edited-file.ts';

export type TreeSource = 'build' | 'image' | 'ref';

/** The fields that are texts; what is not typed is empty. */
interface CreationTexts {
  readonly name: string;
  /** A template or a build, an image, or REMOTE:REF. */
  readonly tree: string;
  /** Of the remote. Empty for a remote that the host has. */
  readonly url: string;
  /** A file with the keys of the remote. */
  readonly gpgKey: string;
  readonly description: string;
  readonly packages: string;
  /** Ports of the host, separated by blanks or commas. */
  readonly ports: string;
  /** A command that succeeds in a guest that is well. Empty for none. */
  readonly healthCheck: string;
  /** Public keys, one a line. */
  readonly sshKeys: string;
}

export type CreationField = keyof CreationTexts;

export interface CreationForm extends CreationTexts {
  readonly source: TreeSource;
  readonly isStarted: boolean;
  readonly isEnabled: boolean;
}

export const emptyForm: CreationForm = {
  name: '',
  source: 'build',
  tree: '',
  url: '',
  gpgKey: '',
  description: '',
  packages: '',
  ports: '',
  healthCheck: '',
  sshKeys: '',
  isStarted: true,
  isEnabled: true,
};

/** Says what is wrong with the name; empty if nothing is. guestctl checks everything else. */
export function nameMistake({ name }: Pick<CreationForm, 'name'>, taken: readonly string[]): string {
  if (name === '') return '';
  if (!guestName.test(name)) return t('A name has 1 to 63 of a-z, 0-9 and -');
  return taken.includes(name) ? t('{name} is declared already', { name }) : '';
}

export const isComplete = (form: CreationForm, taken: readonly string[]): boolean =>
  form.name !== '' && form.tree !== '' && nameMistake(form, taken) === '';

/** Returns the arguments that make the files of the guest. Its keys are on standard input. */
export function fileArgs(form: CreationForm): string[] {
  const { name, source, tree, url, gpgKey, description, packages, ports, healthCheck, sshKeys } = form;
  const args = [name, `--${source}=${tree}`];
  const add = (option: string, value: string) => {
    if (value.trim() !== '') args.push(`--${option}=${value.trim()}`);
  };
  if (source === 'ref') {
    add('url', url);
    add('gpg-key', gpgKey);
  }
  add('description', description);
  add('install', packages);
  for (const port of ports.split(/[\s,]+/)) add('port', port);
  if (healthCheck.trim() !== '') args.push(`--set=Update.HealthCheck=${healthCheck.trim()}`);
  if (sshKeys.trim() !== '') args.push('--ssh-key=-');
  return args;
}

/** Returns the arguments of guestctl. */
export function creationArgs(form: CreationForm): string[] {
  const args = ['create', ...fileArgs(form)];
  if (form.isEnabled) args.push('--enable');
  if (form.isStarted) args.push('--start');
  return args;
}

const fieldsByKey: Readonly<Record<string, CreationField>> = {
  Ref: 'tree',
  Image: 'tree',
  Build: 'tree',
  URL: 'url',
  GPGKeyPath: 'gpgKey',
  Description: 'description',
  Install: 'packages',
  Port: 'ports',
  HealthCheck: 'healthCheck',
  SetCredential: 'sshKeys',
};

export interface FormMistakes {
  /** What is wrong with a field. */
  readonly of: (field: CreationField) => string;
  /** What is wrong with none of them. */
  readonly others: readonly string[];
}

/** Finds the field of each problem, by the line of the file that was made from it. */
export function mistakesOf(creation: ToldCreation | undefined): FormMistakes {
  const found = (creation?.problems ?? []).map((problem) => ({
    field: fieldOf(problem, creation),
    words: problemWords(problem),
  }));
  const of = (field: CreationField | undefined) =>
    found.filter((one) => one.field === field).map(({ words }) => words);
  return { of: (field) => of(field).join('\n'), others: of(undefined) };
}

function fieldOf({ file, line }: ToldProblem, creation: ToldCreation | undefined): CreationField | undefined {
  if (file.endsWith('.build')) return 'tree';
  const text = creation?.files.find(({ path }) => path === file)?.text;
  const key = text?.split('\n')[line - 1]?.split('=')[0];
  return key === undefined ? undefined : fieldsByKey[key];
}
