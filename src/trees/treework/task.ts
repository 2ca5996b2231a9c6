// The task of a confined process: a job, what it works on, and the directories that it may write to.
import { type Fields, parseFields } from '../../host/json-fields.ts';
import { parseCarriedRemote } from '../parts/carried-remote.ts';
import type { Input, JobName } from './jobs.ts';

export interface JobTask<Name extends JobName = JobName> {
  readonly job: Name;
  readonly input: Input<Name>;
  /** The directories to watch: the sysroot may have a file system of its own. */
  readonly rooms: readonly string[];
}

/** Calls back with a task and its job, so that the types of the two belong together. */
export function withTask<Value>(
  json: string,
  use: <Name extends JobName>(task: JobTask<Name>) => Value,
): Value {
  const fields = parseFields(json);
  const taskOf = <Name extends JobName>(job: Name): Value =>
    use({ job, input: inputs[job](fields.fields('input')), rooms: fields.texts('rooms') });
  return taskOf(fields.is('job', isJob, 'a job'));
}

const isJob = (value: unknown): value is JobName => typeof value === 'string' && Object.hasOwn(inputs, value);

const toCommit = (input: Fields) => ({
  name: input.text('name'),
  container: input.text('container'),
  workPlace: input.text('workPlace'),
});

const inSysroot = (input: Fields) => ({ sysroot: input.text('sysroot'), stateroot: input.text('stateroot') });

/** Reads what each job works on. */
const inputs: { readonly [Name in JobName]: (input: Fields) => Input<Name> } = {
  checkOutTree: (input) => ({
    directory: input.text('directory'),
    repository: input.text('repository'),
    commit: input.text('commit'),
    how: input.oneOf('how', ['links', 'copy', 'to-commit']),
    hostname: input.text('hostname'),
    programs: input.texts('programs'),
    mounts: input.texts('mounts'),
    before: input.text('before'),
  }),
  commitLayers: (input) => ({
    directory: input.text('directory'),
    repository: input.text('repository'),
    below: input.text('below'),
    identity: input.text('identity'),
    version: input.optionalText('version'),
  }),
  unpackLayer: (input) => ({
    place: input.text('place'),
    hex: input.text('hex'),
    content: input.text('content'),
  }),
  commitImage: (input) => ({
    layers: input.texts('layers'),
    missing: input.texts('missing'),
    work: input.text('work'),
    repository: input.text('repository'),
    digest: input.text('digest'),
    version: input.optionalText('version'),
  }),
  commitBuild: toCommit,
  commitComposed: toCommit,
  unshare: inSysroot,
  linkCommits: (input) => ({
    from: input.text('from'),
    to: input.text('to'),
    commits: input.texts('commits'),
  }),
  takeCommits: (input) => ({
    ...inSysroot(input),
    from: input.text('from'),
    commits: input.texts('commits'),
    staged: input.optionalText('staged'),
    remotes: input.list('remotes').map(parseCarriedRemote),
  }),
  replaceFiles: (input) => ({
    ...inSysroot(input),
    from: input.text('from'),
    copyOf: input.optionalText('copyOf'),
  }),
};
