// All state files, each with its parser and with what happens if it is damaged. A power cut damages none of them: they are
// replaced in one rename. A bad disk, an incomplete restore or an editor can.
import { readdirSync } from 'node:fs';
import { buildDirectory } from '../config/build.ts';
import { mirrorDirectory } from '../config/mirror.ts';
import type { Uptime } from '../host/clock.ts';
import type { DiskSpace } from '../host/disk-room.ts';
import { type Fields, isObject, isText, listOf } from '../host/json-fields.ts';
import { unlessMissing } from '../host/node-files.ts';
import { ownPartOf } from '../ostree/archive.ts';
import { type Checksum, type DeploymentName, isChecksum, isDeploymentName } from '../ostree/names.ts';
import { triggers } from './attempts.ts';
import type { Baseline } from './baseline.ts';
import type { BuildResult } from './build-result.ts';
import type { Lock, LockRefusal, LockWish } from './fleet-lock.ts';
import type { Followed } from './followed.ts';
import type { MirrorResult } from './mirror-result.ts';
import type { PackagesInside } from './packages-inside.ts';
import type { Published } from './published.ts';
import type { Refused } from './refused.ts';
import type { Rehearsal } from './rehearsal.ts';
import type { Rejection } from './rejected.ts';
import type { Released } from './released.ts';
import type { Rollback } from './rollback-request.ts';
import type { RunResult } from './run-result.ts';
import type { SeenDeployments } from './seen-deployments.ts';
import type { Staged } from './staged.ts';
import { type Damage, StateFile, stateFile } from './state-file.ts';
import type { LastingTrial } from './trial.ts';
import type { Undeployed } from './undeployed.ts';

const checksumIn = (fields: Fields, key: string): Checksum => fields.is(key, isChecksum, 'a commit');
const deploymentIn = (fields: Fields, key: string): DeploymentName =>
  fields.is(key, isDeploymentName, 'a deployment');
const deploymentsIn = (fields: Fields): DeploymentName[] =>
  fields.is('deployments', listOf(isDeploymentName), 'a list of deployments');

const isUptime = (value: unknown): value is Uptime =>
  isObject(value) && isText(value['boot']) && typeof value['elapsed'] === 'number';

const parseStaged = (fields: Fields): Staged => ({
  checksum: checksumIn(fields, 'checksum'),
  refspec: fields.text('refspec'),
  time: fields.number('time'),
  version: fields.optionalText('version'),
  uptime: fields.optionalFields('uptime') && fields.is('uptime', isUptime, 'an uptime'),
});

const isSpace = (value: unknown): value is DiskSpace =>
  isObject(value) && typeof value['bytes'] === 'number' && typeof value['files'] === 'number';

/** The files in a guest's state directory. */
export const stateFiles = {
  staged: new StateFile<Staged>({
    name: 'staged.json',
    format: 1,
    parse: parseStaged,
    ifDamaged: 'The guest starts as it is; its next update stages again what it offers',
  }),
  claimed: new StateFile<Staged>({
    name: 'finalizing.json',
    format: 1,
    parse: parseStaged,
    ifDamaged:
      'What an interrupted start has deployed already is not put on trial; anything else is staged again by the next update',
  }),
  rollback: new StateFile<Rollback>({
    name: 'rollback.json',
    format: 1,
    parse: (fields) => ({
      deployment: deploymentIn(fields, 'deployment'),
      var: fields.flag('var'),
      time: fields.number('time'),
    }),
    ifDamaged:
      'Which deployment was asked for is not known: the guest starts as it is. It is not updated until you run guestctl rollback again, or remove the file',
    isNeeded: true,
  }),
  trial: new StateFile<LastingTrial>({
    name: 'trials/*.json',
    format: 1,
    parse: (fields) => ({
      deployment: deploymentIn(fields, 'deployment'),
      fallback: deploymentIn(fields, 'fallback'),
      since: fields.number('since'),
      tries: fields.number('tries'),
    }),
    ifDamaged:
      'The trial goes on by the name of the file, which does not say how many tries it had; if it fails, the one that was last healthy by the history is taken, or else the next one in the boot list',
  }),
  rejected: new StateFile<Rejection>({
    name: 'rejected/*.json',
    format: 1,
    parse: (fields) => ({
      checksum: checksumIn(fields, 'checksum'),
      reason: fields.text('reason'),
      content: fields.optionalText('content'),
      time: fields.number('time'),
    }),
    ifDamaged: 'The commit in the name of the file stays rejected; why is no longer known',
  }),
  refused: new StateFile<Refused>({
    name: 'refused.json',
    format: 1,
    parse: (fields) => ({
      attempt: fields.text('attempt'),
      rejected: checksumIn(fields, 'rejected'),
      time: fields.number('time'),
    }),
    ifDamaged: 'The next update tries once more what came out as something rejected',
  }),
  packagesInside: new StateFile<PackagesInside>({
    name: 'packages-inside.json',
    format: 1,
    parse: (fields) => ({ install: fields.texts('install'), remove: fields.texts('remove') }),
    ifDamaged:
      'Which packages declarations brought is not known: without the file, those that are no longer declared stay',
    isNeeded: true,
  }),
  undeployed: new StateFile<Undeployed>({
    name: 'undeployed.json',
    format: 1,
    parse: (fields) => ({
      checksum: checksumIn(fields, 'checksum'),
      content: fields.optionalText('content'),
      reason: fields.text('reason'),
      remedy: fields.text('remedy'),
      time: fields.number('time'),
      etc: fields.texts('etc'),
      free: fields.optionalFields('free') && fields.is('free', isSpace, 'disk space'),
    }),
    ifDamaged: 'The guest may be restarted once in vain for an update that cannot be deployed',
  }),
  baseline: new StateFile<Baseline>({
    name: 'baseline.json',
    format: 1,
    parse: (fields) => ({ failedUnits: fields.texts('failedUnits') }),
    ifDamaged: 'Failed units do not count against a deployment until the next update of the running guest',
  }),
  rehearsed: new StateFile<Rehearsal>({
    name: 'rehearsed.json',
    format: 1,
    parse: (fields) => ({ checksum: checksumIn(fields, 'checksum') }),
    ifDamaged: 'What is staged is rehearsed again',
  }),
  released: new StateFile<Released>({
    name: 'released.json',
    format: 1,
    parse: (fields) => ({
      checksum: checksumIn(fields, 'checksum'),
      withoutLock: fields.optionalFlag('withoutLock'),
    }),
    ifDamaged: 'The staged update waits for its time, although somebody asked for it at once',
  }),
  lockWish: new StateFile<LockWish>({
    name: 'lock-wish.json',
    format: 1,
    parse: (fields) => ({
      checksum: checksumIn(fields, 'checksum'),
      trigger: fields.oneOf('trigger', triggers),
    }),
    ifDamaged:
      'The lock of the guest is given back, even if the guest is down; a switch that waits for it ends',
  }),
  lock: new StateFile<Lock>({
    name: 'lock.json',
    format: 1,
    parse: (fields) => ({
      url: fields.text('url'),
      group: fields.text('group'),
      id: fields.text('id'),
      isHeld: fields.flag('isHeld'),
      since: fields.number('since'),
      fault: fields.optionalText('fault'),
    }),
    ifDamaged:
      'Which lock the guest holds is not known: without the file it asks for one again before its next update, and that one is given back',
  }),
  lockRefusal: new StateFile<LockRefusal>({
    name: 'lock-refusal.json',
    format: 1,
    parse: (fields) => ({
      checksum: checksumIn(fields, 'checksum'),
      kind: fields.oneOf('kind', ['full', 'mistake', 'trouble']),
      reason: fields.text('reason'),
      since: fields.number('since'),
    }),
    ifDamaged: 'Why the last lock was refused is not known',
  }),
  seen: new StateFile<SeenDeployments>({
    name: 'seen.json',
    format: 2,
    // Format 1 was a list, which has no place for a number.
    convert: (value) => (Array.isArray(value) ? { deployments: value } : value),
    parse: (fields) => ({ deployments: deploymentsIn(fields) }),
    ifDamaged: 'What the guest deployed by itself since its last start is not put on trial',
  }),
};

const parseRunResult = (fields: Fields): RunResult => ({
  ended: fields.number('ended'),
  failure: fields.optionalText('failure'),
  lastSuccess: fields.numberOrNull('lastSuccess') ?? undefined,
});

/** The result of a build, in the directory of the build. */
export const buildResultFile = new StateFile<BuildResult>({
  name: 'result.json',
  directoryOf: buildDirectory,
  format: 1,
  parse: (fields) => ({
    ...parseRunResult(fields),
    definition: fields.text('definition'),
    checksum: fields.optionalText('checksum') === undefined ? undefined : checksumIn(fields, 'checksum'),
  }),
  ifDamaged: 'The tree is built again for the next update that wants it',
});

/** The result of a mirror, in the directory of the mirror. */
export const mirrorResultFile = new StateFile<MirrorResult>({
  name: 'result.json',
  directoryOf: mirrorDirectory,
  format: 1,
  parse: (fields) => ({
    ...parseRunResult(fields),
    hint: fields.optionalText('hint'),
  }),
  ifDamaged: 'How the last run of the mirror ended is not known until the next one',
});

/** In a repository that clients pull from, one for each ref. */
export const publishedFile = new StateFile<Published>({
  name: '*.json',
  directoryOf: ownPartOf,
  format: 1,
  parse: (fields) => ({
    commits: fields.list('commits').map((commit) => ({
      checksum: checksumIn(commit, 'checksum'),
      version: commit.optionalText('version'),
      made: commit.numberOrNull('made') ?? undefined,
      since: commit.numberOrNull('since') ?? undefined,
    })),
    dropped: fields.numberOrNull('dropped') ?? undefined,
    missed: fields.numberOrNull('missed') ?? undefined,
    built: fields.optionalText('built') === undefined ? undefined : checksumIn(fields, 'built'),
    keys: fields.optionalText('keys'),
  }),
  ifDamaged:
    'Commits that were published before stay in the repository, and new ones get no deltas from them',
});

/** Not among the others: nothing depends on it, and commands that list all guests would read it for each. */
export const followedFile = new StateFile<Followed>({
  name: 'followed.json',
  format: 1,
  parse: (fields) => ({ tree: fields.text('tree'), named: fields.optionalText('named') }),
  ifDamaged: 'Whether the guest file asks for another tree is not known until the next update',
});

/** Tells which kinds of state files a guest has. */
export type Present = (...kinds: readonly { readonly definition: { readonly name: string } }[]) => boolean;

/** Lists the files of a guest once: commands ask for each guest, and most guests have few of them. */
export function presentState(guest: string): Present {
  const names = unlessMissing(() => readdirSync(stateFile(guest, ''))) ?? [];
  return (...kinds) => kinds.some(({ definition }) => names.includes(definition.name.split('/')[0] ?? ''));
}

/** The state files of a guest that cannot be used. */
export const damagedState = (guest: string, isPresent = presentState(guest)): Damage[] =>
  Object.values(stateFiles)
    .filter((kind) => isPresent(kind))
    .flatMap((kind) => kind.damage(guest));
