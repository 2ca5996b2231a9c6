import type { Build, Layers } from '../../config/build.ts';
import { packagesWords } from '../../config/packages.ts';
import type { Report } from '../../state/report.ts';
import { fetchBase } from '../../trees/build/base.ts';
import { buildVersion, type Committed, take } from '../../trees/build/commit-build.ts';
import { sameIn } from '../../trees/identity.ts';
import { add, layeredRef, plan, requireFiles } from '../../trees/packages/make-layers.ts';
import { buildAsOwner } from '../../trees/packages/owner.ts';

/** Adds the packages of a build to its base, as updates of guests do, unless nothing has changed since the last run. */
export async function addPackages(build: Build, layers: Layers, report: Report): Promise<Committed> {
  const { packages } = layers;
  const owner = buildAsOwner(build);
  requireFiles(owner);
  const below = await fetchBase(build, layers, report);
  const workspace = { owner, packages, below };
  const { identity } = await plan(workspace);
  const made = sameIn(owner.repository, layeredRef, identity);
  if (made === undefined) report.step(`Making ${below.slice(0, 12)} with ${packagesWords(packages)}`);
  return take(owner.repository, made ?? (await add(workspace, identity, buildVersion())));
}
