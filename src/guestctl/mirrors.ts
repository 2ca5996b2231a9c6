import type { Broken } from '../config/guest.ts';
import { loadMirrors } from '../config/load.ts';
import type { Mirror } from '../config/mirror.ts';
import { wallClock } from '../host/clock.ts';
import { unlessForbidden } from '../host/is-root.ts';
import { nodeFiles } from '../host/node-files.ts';
import { mirrorTimerUnit, mirrorUnit, showUnits } from '../host/systemctl.ts';
import { type MirrorResult, readMirrorResult } from '../state/mirror-result.ts';
import { type PublishedCommit, readPublished, recordedRefs } from '../state/published.ts';
import { unlessDamaged } from '../state/state-file.ts';
import { staleRefs, staleWords } from '../steps/mirror/freshness.ts';
import { endOfRef, offeredCommits } from '../steps/offer/commit-history.ts';
import { type RunState, runState } from './run-state.ts';
import { noTimer, type RunTimer, runTimers } from './run-timer.ts';

/** What is known of a mirror. */
export interface MirrorOverview {
  readonly mirror: Mirror;
  readonly state: RunState;
  readonly timer: RunTimer;
  /** The last result; undefined if it has not run yet. */
  readonly result: MirrorResult | undefined;
  /** True if only root may see the result. */
  readonly isHidden: boolean;
  readonly refs: readonly MirroredRef[];
}

/** A ref that clients can pull. */
export interface MirroredRef {
  readonly ref: string;
  /** The commit that they get. */
  readonly commit: PublishedCommit | undefined;
  /** Why it is too old: `debian/12 has had nothing new for 9 days`. */
  readonly stale: string | undefined;
  /** When the ref is removed, because it is no longer mirrored, in milliseconds since 1970. */
  readonly end: number | undefined;
}

/** What somebody has to look after. */
export interface MirrorTrouble {
  readonly mirror: string;
  readonly what: string;
  readonly remedy: string;
}

/** What may be wrong with a mirror, by kind. While it runs, the run before counts. */
export const troublesByKind = ({ result, refs }: MirrorOverview): Readonly<Record<string, boolean>> => ({
  failed: result?.failure !== undefined,
  'nothing new': refs.some(({ stale }) => stale !== undefined),
});

/** True if its last run failed, or a ref has had nothing new for too long. */
export const hasFailed = (mirror: MirrorOverview): boolean =>
  Object.values(troublesByKind(mirror)).includes(true);

export async function overviewOfMirrors(): Promise<{
  overviews: readonly MirrorOverview[];
  broken: readonly Broken[];
}> {
  const { mirrors, brokenMirrors } = loadMirrors(nodeFiles);
  const names = mirrors.map(({ name }) => name);
  const [shown, timers] = await Promise.all([
    showUnits(names.map(mirrorUnit), ['ActiveState']),
    runTimers(names.map(mirrorTimerUnit)),
  ]);
  const overviews = mirrors.map((mirror, index) => ({
    ...overviewOf(mirror, runState(shown[index]?.['ActiveState'])),
    timer: timers[index] ?? noTimer,
  }));
  return { overviews, broken: brokenMirrors };
}

function overviewOf(mirror: Mirror, state: RunState): Omit<MirrorOverview, 'timer'> {
  const seen = unlessForbidden(() => ({ result: unlessDamaged(() => readMirrorResult(mirror.name)) }));
  return {
    mirror,
    state,
    result: seen?.result,
    isHidden: seen === undefined,
    refs: mirroredRefs(mirror, wallClock()),
  };
}

function mirroredRefs({ repository, freshness }: Mirror, now: number): MirroredRef[] {
  const records = (unlessForbidden(() => recordedRefs(repository)) ?? []).map((ref) => ({
    ref,
    ...(unlessDamaged(() => readPublished(repository, ref)) ?? { commits: [] }),
  }));
  const stale = staleRefs(records, freshness, now);
  return records.flatMap(({ ref, commits, dropped }) => {
    const commit = offeredCommits(commits).at(-1);
    const found = stale.find((one) => one.ref === ref);
    const end = dropped === undefined ? undefined : endOfRef(dropped);
    return commit ? [{ ref, commit, stale: found && staleWords(found), end }] : [];
  });
}

/** Finds a failed run, and refs that are too old also if the mirror does not run any more. */
export function troublesOfMirror(mirror: Mirror, now: number): MirrorTrouble[] {
  const { name } = mirror;
  const result = unlessForbidden(() => unlessDamaged(() => readMirrorResult(name)));
  const log = `See: journalctl -u ${mirrorUnit(name)}`;
  if (result?.failure !== undefined)
    return [{ mirror: name, what: `the last run failed: ${result.failure.split('\n')[0]}`, remedy: log }];
  return mirroredRefs(mirror, now).flatMap(({ stale }) =>
    stale === undefined ? [] : [{ mirror: name, what: stale, remedy: log }],
  );
}
