import type { Build } from '../config/build.ts';
import type { Broken } from '../config/guest.ts';
import { loadBuilds } from '../config/load.ts';
import { unlessForbidden } from '../host/is-root.ts';
import { nodeFiles } from '../host/node-files.ts';
import { buildTimerUnit, buildUnit, publishUnit, showUnits } from '../host/systemctl.ts';
import { type BuildResult, readResult } from '../state/build-result.ts';
import { type Published, type PublishedCommit, readPublished } from '../state/published.ts';
import { unlessDamaged } from '../state/state-file.ts';
import { offeredCommits } from '../steps/offer/commit-history.ts';
import { type RunState, runState } from './run-state.ts';
import { noTimer, type RunTimer, runTimers } from './run-timer.ts';

/** What is known of a build and of what it publishes. */
export interface BuildOverview {
  readonly build: Build;
  readonly state: RunState;
  readonly timer: RunTimer;
  /** The last result; undefined if it has not run yet. */
  readonly result: BuildResult | undefined;
  /** True if only root may see the result. */
  readonly isHidden: boolean;
  /** Undefined if its file has no section [Publish]. */
  readonly published: PublishedOverview | undefined;
}

export interface PublishedOverview {
  readonly repository: string;
  readonly ref: string;
  readonly state: RunState;
  /** The commit that clients get; undefined if there is none yet. */
  readonly commit: PublishedCommit | undefined;
  /** How many commits the repository has of this ref. */
  readonly commits: number;
}

/** What may be wrong with a build, by kind. While it runs, the run before counts. */
export const troublesByKind = ({ result, published }: BuildOverview): Readonly<Record<string, boolean>> => ({
  failed: result?.failure !== undefined,
  'not published': published?.state === 'failed',
});

/** True if its last run failed, or that of its publication. */
export const hasFailed = (build: BuildOverview): boolean =>
  Object.values(troublesByKind(build)).includes(true);

export async function overviewOfBuilds(): Promise<{
  overviews: readonly BuildOverview[];
  broken: readonly Broken[];
}> {
  const { builds, brokenBuilds } = loadBuilds(nodeFiles);
  const units = builds.flatMap(({ name }) => [buildUnit(name), publishUnit(name)]);
  const [shown, timers] = await Promise.all([
    showUnits(units, ['ActiveState']),
    runTimers(builds.map(({ name }) => buildTimerUnit(name))),
  ]);
  const stateAt = (index: number) => runState(shown[index]?.['ActiveState']);
  const overviews = builds.map((build, index) => ({
    ...overviewOf(build, stateAt(2 * index), stateAt(2 * index + 1)),
    timer: timers[index] ?? noTimer,
  }));
  return { overviews, broken: brokenBuilds };
}

function overviewOf(build: Build, state: RunState, publishing: RunState): Omit<BuildOverview, 'timer'> {
  const { publication } = build;
  const seen = unlessForbidden(() => ({ result: unlessDamaged(() => readResult(build.name)) }));
  const record = (publication &&
    unlessForbidden(() => unlessDamaged(() => readPublished(publication.repository, publication.ref)))) ?? {
    commits: [],
  };
  const offered = offeredCommits(record.commits);
  const isBehind = state === 'idle' && isUnpublished(record, seen?.result);
  return {
    build,
    state,
    result: seen?.result,
    isHidden: seen === undefined,
    published: publication && {
      repository: publication.repository,
      ref: publication.ref,
      // systemd forgets a failure when the host reboots.
      state: isBehind && publishing === 'idle' ? 'failed' : publishing,
      commit: offered.at(-1),
      commits: offered.length,
    },
  };
}

/** True if clients do not have what a build made last. A record of an older version does not say. */
export const isUnpublished = (
  { commits, built }: Published,
  result: Pick<BuildResult, 'checksum'> | undefined,
): boolean =>
  result?.checksum !== undefined &&
  (offeredCommits(commits).length === 0 || (built !== undefined && built !== result.checksum));
