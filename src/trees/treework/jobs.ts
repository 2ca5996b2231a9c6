import { commitBuild, commitComposed } from '../build/commit-build.ts';
import { commitImage } from '../image/commit-image.ts';
import { unpackLayer } from '../image/unpack-layer.ts';
import { unshare } from '../linking/unshare.ts';
import { checkOutTree, commitLayers } from '../packages/layer-tree.ts';
import { linkCommits, takeCommits } from '../parts/commits.ts';
import { replaceFiles } from '../parts/replace-files.ts';

/**
 * All jobs on the content of a tree, each in a confined process of its own: run.ts starts one, main.ts is one.
 * Arguments and results are passed as JSON.
 */
const jobs = {
  checkOutTree,
  commitLayers,
  unpackLayer,
  commitImage,
  commitBuild,
  commitComposed,
  unshare,
  linkCommits,
  takeCommits,
  replaceFiles,
};

type Jobs = typeof jobs;
export type JobName = keyof Jobs;
export type Input<Name extends JobName> = Parameters<Jobs[Name]>[0];
export type Result<Name extends JobName> = Awaited<ReturnType<Jobs[Name]>>;

/** Does a job. */
export const doHere = <Name extends JobName>(job: Name, input: Input<Name>): Promise<Result<Name>> =>
  table[job](input);

/** The jobs, so typed that the compiler knows the input of a job by its name. */
const table: { readonly [Name in JobName]: (input: Input<Name>) => Promise<Result<Name>> } = jobs;
