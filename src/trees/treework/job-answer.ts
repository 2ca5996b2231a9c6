// The answer of a confined process: the result of its job, or why the job failed.
import { type Fields, isText, parseFields } from '../../host/json-fields.ts';
import type { JobName, Result } from './jobs.ts';

export interface Failed {
  readonly failure: string;
  readonly remedy?: string | undefined;
}

export type JobAnswer = { readonly result: unknown } | Failed;

/** Parses the answer to a job. Fails with WrongJson if it is none. */
export function answerTo<Name extends JobName>(
  job: Name,
  json: string,
): { readonly result: Result<Name> } | Failed {
  const answer = parseFields(json);
  const failure = answer.optionalText('failure');
  if (failure !== undefined) return { failure, remedy: answer.optionalText('remedy') };
  return { result: results[job](answer) };
}

const text = (answer: Fields): string => answer.text('result');
const nothing = (): void => undefined;

function committed(answer: Fields) {
  const result = answer.fields('result');
  return { checksum: result.text('checksum'), isNew: result.flag('isNew') };
}

function checkedOut(answer: Fields) {
  const result = answer.fields('result');
  return {
    program: result.is('program', isTextOrNull, 'text or null'),
    localSources: result.texts('localSources'),
  };
}

const isTextOrNull = (value: unknown): value is string | null => value === null || isText(value);

/** Reads the result of each job from its answer. */
const results: { readonly [Name in JobName]: (answer: Fields) => Result<Name> } = {
  checkOutTree: checkedOut,
  commitLayers: text,
  unpackLayer: nothing,
  commitImage: text,
  commitBuild: committed,
  commitComposed: committed,
  unshare: (answer) => answer.number('result'),
  linkCommits: nothing,
  takeCommits: nothing,
  replaceFiles: nothing,
};
