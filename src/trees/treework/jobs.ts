import { commitBuild, commitComposed } from '../build/commit-build.ts';
import { commitImage } from '../image/commit-image.ts';
import { unshare } from '../linking/unshare.ts';
import { checkOutTree, commitLayers } from '../packages/layer-tree.ts';
import { linkCommits, takeCommits } from '../parts/commits.ts';
import { renewIdentity } from '../parts/renew-identity.ts';
import { replaceFiles } from '../parts/replace-files.ts';

/**
 * All jobs on the content of a tree, each in a confined process of its own: run.ts starts one, main.ts is one.
 * Arguments and results are passed as JSON.
 */
export const jobs = {
  checkOutTree,
  commitLayers,
  commitImage,
  commitBuild,
  commitComposed,
  unshare,
  linkCommits,
  takeCommits,
  replaceFiles,
  renewIdentity,
};

export type Jobs = typeof jobs;
