// The metrics of builds and mirrors. No side effects.
import type { Broken } from '../../config/guest.ts';
import { lastSuccessOf, type RunResult } from '../../state/run-result.ts';
import { type BuildOverview, troublesByKind as buildTroubles } from '../builds.ts';
import { type MirrorOverview, troublesByKind as mirrorTroubles } from '../mirrors.ts';
import { family, type Sample, seconds } from './family.ts';

/** What trees come from on this host. */
export interface Sources {
  readonly builds: { readonly overviews: readonly BuildOverview[]; readonly broken: readonly Broken[] };
  readonly mirrors: { readonly overviews: readonly MirrorOverview[]; readonly broken: readonly Broken[] };
}

export const sourcesText = ({ builds, mirrors }: Sources): string =>
  text(
    'build',
    builds.overviews.map((overview) => ({
      name: overview.build.name,
      result: overview.result,
      troubles: buildTroubles(overview),
    })),
    builds.broken,
  ) +
  text(
    'mirror',
    mirrors.overviews.map((overview) => ({
      name: overview.mirror.name,
      result: overview.result,
      troubles: mirrorTroubles(overview),
    })),
    mirrors.broken,
  );

interface MetricsSource {
  readonly name: string;
  readonly result: RunResult | undefined;
  /** By kind. */
  readonly troubles: Readonly<Record<string, boolean>>;
}

function text(
  label: 'build' | 'mirror',
  sources: readonly MetricsSource[],
  broken: readonly Broken[],
): string {
  const times = (timeOf: (result: RunResult | undefined) => number | undefined): Sample[] =>
    sources.flatMap(({ name, result }): Sample[] => {
      const time = timeOf(result);
      return time === undefined ? [] : [[{ [label]: name }, seconds(time)]];
    });
  const families = [
    family(`ostree_guest_${label}_trouble`, `Whether something is wrong with a ${label}, by kind.`, [
      ...sources.flatMap((source) => troubleSamples(label, source)),
      ...broken.map(({ name }): Sample => [{ [label]: name, kind: fileHasMistakes }, 1]),
    ]),
    family(
      `ostree_guest_${label}_last_attempt_timestamp_seconds`,
      `When the last run of a ${label} ended, in seconds since 1970.`,
      times((result) => result?.ended),
    ),
    family(
      `ostree_guest_${label}_last_success_timestamp_seconds`,
      `When a run of a ${label} last succeeded, also one that found nothing new, in seconds since 1970.`,
      times(lastSuccessOf),
    ),
  ];
  return families.join('');
}

/** A sample for each kind, so that alerts and dashboards see when a trouble is over. */
const troubleSamples = (label: string, { name, troubles }: MetricsSource): Sample[] =>
  Object.entries({ ...troubles, [fileHasMistakes]: false }).map(([kind, found]) => [
    { [label]: name, kind },
    Number(found),
  ]);

export const fileHasMistakes = 'file has mistakes';
