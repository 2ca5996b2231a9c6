// The metrics of guests. No side effects.
import { originName } from '../../config/origin.ts';
import type { TreeSpace } from '../../ostree/unique-space.ts';
import type { PastAttempt } from '../../state/attempts.ts';
import type { BrokenGuest, Overview, State } from '../overview.ts';
import { versionOf } from '../screens/wording.ts';
import { troubleKinds, troublesOf } from '../troubles.ts';
import { family, type Sample, seconds } from './family.ts';
import { fileHasMistakes, type Sources, sourcesText } from './sources-text.ts';

/** The facts about one guest that its metrics are made of. */
export interface GuestFacts {
  readonly overview: Overview;
  /** True if the guest starts with the host. */
  readonly isEnabled: boolean;
  /** The last update that changed something, or failed. */
  readonly lastUpdate: PastAttempt | undefined;
  /** When an update last succeeded, also one that found nothing new. */
  readonly lastSuccess: Date | undefined;
  /** Undefined until it is measured. */
  readonly space: TreeSpace | undefined;
}

/** Returns the content of the file for node_exporter: all metrics are gauges. */
export function metricsText(
  guests: readonly GuestFacts[],
  broken: readonly BrokenGuest[],
  sources: Sources = none,
): string {
  const families = [
    family('ostree_guests', 'Guests that are declared.', [[{}, guests.length + broken.length]]),
    family('ostree_guest_running', 'Whether a guest is up.', [
      ...guests.map(({ overview }) => runningSample(overview.guest.name, overview.state)),
      ...broken.map((one) => runningSample(one.broken.name, one.state)),
    ]),
    ...perGuest.map(([name, help, read]) =>
      family(
        name,
        help,
        guests.flatMap((one) => sampleOf(one.overview.guest.name, read(one))),
      ),
    ),
    family(
      'ostree_guest_info',
      'What a guest runs or, if it is stopped, boots next.',
      guests.flatMap(infoOf),
    ),
    family('ostree_guest_trouble', 'Whether something is wrong with a guest, by kind.', [
      ...guests.flatMap(troubleSamples),
      ...broken.map((one): Sample => [{ guest: one.broken.name, kind: fileHasMistakes }, 1]),
    ]),
  ];
  return families.join('') + sourcesText(sources);
}

const none: Sources = {
  builds: { overviews: [], broken: [] },
  mirrors: { overviews: [], broken: [] },
};

const runningSample = (guest: string, state: State): Sample => [{ guest }, Number(state === 'running')];

const sampleOf = (guest: string, value: number | boolean | undefined): Sample[] =>
  value === undefined ? [] : [[{ guest }, Number(value)]];

type Row = readonly [name: string, help: string, read: (one: GuestFacts) => number | boolean | undefined];

/** The metrics with one value for each guest; without a value, there is no sample. */
const perGuest: readonly Row[] = [
  ['ostree_guest_enabled', 'Whether a guest starts with the host.', ({ isEnabled }) => isEnabled],
  ['ostree_guest_staged', 'Whether an update waits for the next start.', ({ overview }) => !!overview.staged],
  [
    'ostree_guest_staged_timestamp_seconds',
    'When the update that waits was staged, in seconds since 1970.',
    ({ overview }) => overview.staged && seconds(overview.staged.time),
  ],
  [
    'ostree_guest_lock_waiting',
    'Whether the update that waits was refused a lock: FleetLock=.',
    ({ overview }) => !!overview.hold?.lock,
  ],
  [
    'ostree_guest_lock_held',
    'Whether a guest holds a lock, or may hold one: FleetLock=.',
    ({ overview }) => !!overview.lock,
  ],
  [
    'ostree_guest_on_trial',
    'Whether the default deployment is not yet found healthy.',
    ({ overview }) => !!overview.trial,
  ],
  [
    'ostree_guest_rejected_commits',
    'Commits that failed and are not staged again.',
    ({ overview }) => overview.rejected.length,
  ],
  [
    'ostree_guest_update_timer_enabled',
    'Whether a guest is updated regularly.',
    ({ overview }) => overview.update.enabled,
  ],
  [
    'ostree_guest_update_last_attempt_timestamp_seconds',
    'When the last update ended, in seconds since 1970.',
    ({ lastUpdate, lastSuccess }) =>
      (lastUpdate ?? lastSuccess) &&
      seconds(Math.max(lastUpdate?.time.getTime() ?? 0, lastSuccess?.getTime() ?? 0)),
  ],
  [
    'ostree_guest_update_last_success_timestamp_seconds',
    'When an update last succeeded, also one that found nothing new, in seconds since 1970.',
    ({ lastSuccess }) => lastSuccess && seconds(lastSuccess.getTime()),
  ],
  [
    'ostree_guest_update_duration_seconds',
    'How long the last update took that changed something, or failed.',
    ({ lastUpdate }) => lastUpdate?.seconds,
  ],
  [
    'ostree_guest_tree_bytes',
    'Disk space of the repository and the deployments of a guest, without its /var.',
    ({ space }) => space?.all,
  ],
  [
    'ostree_guest_tree_own_bytes',
    'The part of ostree_guest_tree_bytes that no other guest shares.',
    ({ space }) => space?.own,
  ],
];

function infoOf({ overview: { guest, running, deployments } }: GuestFacts): Sample[] {
  const deployment = running ?? deployments[0];
  if (!deployment) return [];
  const version = versionOf(deployment.title) ?? '';
  const labels = { guest: guest.name, source: originName(guest.origin), version };
  return [[{ ...labels, commit: deployment.checksum.slice(0, 12) }, 1]];
}

/** A sample for each kind, so that alerts and dashboards see when a trouble is over. */
function troubleSamples({ overview }: GuestFacts): Sample[] {
  const found = new Set<string>(troublesOf(overview).map(({ kind }) => kind));
  return [...troubleKinds, fileHasMistakes].map((kind) => [
    { guest: overview.guest.name, kind },
    Number(found.has(kind)),
  ]);
}
