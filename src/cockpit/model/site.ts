// Builds, mirrors, and what they publish for other hosts: what is said of each, and what can be done.
import type { ToldBroken, ToldBuild, ToldListedMirror, ToldRunState } from '../told/answers.ts';
import { t } from '../words/translate.ts';
import type { GuestAction } from './actions.ts';
import type { Fact } from './guest-facts.ts';
import type { Badge } from './row.ts';
import { type ShownTimer, timerOfRuns } from './timers.ts';
import { exactly } from './times.ts';

/** A build or a mirror. */
export interface SiteWork {
  readonly name: string;
  readonly description: string;
  readonly state: Badge;
  /** When it last ran. */
  readonly ran: string;
  /** Why the last run, or the publishing, failed; empty if it did not. */
  readonly failure: string;
  readonly facts: readonly Fact[];
  readonly timers: readonly ShownTimer[];
  readonly published: readonly PublishedRef[];
  /** The units whose journal tells of it. The first one runs it. */
  readonly units: readonly [string, ...string[]];
  readonly action: GuestAction;
}

/** Tells builds or mirrors from those whose files have mistakes: nothing more is known of these. */
export const apart = <T extends ToldBroken>(told: readonly T[]) => ({
  sound: told.filter(({ mistakes }) => mistakes.length === 0),
  broken: told.filter(({ mistakes }) => mistakes.length > 0),
});

/** A ref that other hosts can pull from this one. */
export interface PublishedRef {
  readonly ref: string;
  readonly repository: string;
  /** Its version and the first digits of its commit; empty before the first run. */
  readonly commit: string;
  readonly since: string;
  /** What is wrong with it, such as nothing new for too long. */
  readonly note: string;
}

export function buildWork(build: ToldBuild, language: string): SiteWork {
  const { name, description, file, state, timer, result, published } = build;
  const ran = exactly(result?.time, language);
  const isRunning = state === 'running' || published?.state === 'running';
  const publishing = published?.state === 'failed' ? t('Publishing failed. The journal says why.') : '';
  const failure = isRunning ? '' : failureOf(state, result) || publishing;
  return {
    name,
    description: description === `Build ${name}` ? '' : description,
    state: runBadge(isRunning ? 'running' : state, failure, ran),
    ran,
    failure,
    facts: known([
      [t('Build file'), file],
      [t('Last run'), ran],
      [t('Commit'), result?.checksum?.slice(0, 12) ?? ''],
      [t('Commits for other hosts'), published ? String(published.commits) : ''],
    ]),
    timers: timerOfRuns(`ostree-guest-build@${name}.timer`, timer, language),
    published: published
      ? [{ ...refOf(published, language), repository: published.repository, note: '' }]
      : [],
    units: [`ostree-guest-build@${name}.service`, `ostree-guest-publish@${name}.service`],
    action: runNow(`ostree-guest-build@${name}.service`, t('Running build {name}', { name })),
  };
}

export function mirrorWork(mirror: ToldListedMirror, language: string): SiteWork {
  const { name, description, file, url, repository, state, timer, result, refs } = mirror;
  const ran = exactly(result?.time, language);
  const failure = state === 'running' ? '' : failureOf(state, result);
  return {
    name,
    description: description === `Mirror ${name}` ? '' : description,
    state: runBadge(state, failure, ran),
    ran,
    failure,
    facts: known([
      [t('Mirror file'), file],
      [t('Mirrored from'), url],
      [t('Last run'), ran],
      [t('Hint'), result?.hint ?? ''],
    ]),
    timers: timerOfRuns(`ostree-guest-mirror@${name}.timer`, timer, language),
    published: refs.map((one) => ({ ...refOf(one, language), repository, note: one.stale ?? '' })),
    units: [`ostree-guest-mirror@${name}.service`],
    action: runNow(`ostree-guest-mirror@${name}.service`, t('Running mirror {name}', { name })),
  };
}

/** A service that systemd could not start has left no result. */
const failureOf = (state: ToldRunState, result: { readonly failure: string | null } | null): string =>
  result?.failure ?? (state === 'failed' ? t('It could not run. The journal says why.') : '');

interface ToldCommit {
  readonly ref: string;
  readonly checksum: string | null;
  readonly version: string | null;
  readonly since: string | null;
}

const refOf = ({ ref, checksum, version, since }: ToldCommit, language: string) => ({
  ref,
  commit: [version, checksum?.slice(0, 8)].filter(Boolean).join(' '),
  since: exactly(since, language),
});

function runBadge(state: ToldRunState, failure: string, ran: string): Badge {
  if (state === 'running') return { text: t('running'), colour: 'blue' };
  if (state === 'failed' || failure !== '') return { text: t('failed'), colour: 'red' };
  return ran === '' ? { text: t('has not run'), colour: 'grey' } : { text: t('done'), colour: 'green' };
}

const known = (pairs: readonly (readonly [string, string])[]): readonly Fact[] =>
  pairs.filter(([, value]) => value !== '').map(([name, value]) => ({ name, value }));

const runNow = (unit: string, doing: string): GuestAction => ({
  id: 'run',
  label: t('Run now'),
  program: 'systemctl',
  args: ['start', unit],
  doing,
});
