// The part of a guest's state that goes with it to another place. Deployments get new names there, so that they are numbers
// here: positions in the boot list.

import { readdirSync } from 'node:fs';
import { writeAtomically } from '../../host/atomic-file.ts';
import { wallClock } from '../../host/clock.ts';
import { type Fields, listOf } from '../../host/json-fields.ts';
import { unlessMissing } from '../../host/node-files.ts';
import type { Deployment } from '../../ostree/deployments.ts';
import { type DeploymentName, isChecksum } from '../../ostree/names.ts';
import { hasCommit, repositoryOf } from '../../ostree/repository.ts';
import { type Baseline, readBaseline } from '../../state/baseline.ts';
import { type PackagesInside, readPackagesInside } from '../../state/packages-inside.ts';
import { type Rejection, rejectedCommits } from '../../state/rejected.ts';
import { readRollback } from '../../state/rollback-request.ts';
import { readSeen } from '../../state/seen-deployments.ts';
import { readStaged, type Staged } from '../../state/staged.ts';
import { stateFile } from '../../state/state-file.ts';
import { stateFiles } from '../../state/state-files.ts';
import { fallbackOf, readTrial } from '../../state/trial.ts';

export interface CarriedState {
  /** The update for the next start. Its commit is in the repository. */
  readonly staged: Staged | undefined;
  /** The deployment that was asked for with a rollback. */
  readonly rollback: number | undefined;
  readonly trials: readonly CarriedTrial[];
  readonly rejected: readonly Rejection[];
  readonly baseline: Baseline | undefined;
  readonly packagesInside: PackagesInside | undefined;
  /** True if the deployments of a guest that manages itself are known. */
  readonly seen: boolean;
  /** Names in /var of directories of the tree: src/steps/boot/places.ts. */
  readonly places: readonly string[];
}

interface CarriedTrial {
  readonly deployment: number;
  readonly fallback: number;
  readonly since: number;
  readonly tries: number;
  readonly left: number;
}

/** Reads it for a guest with this boot list. Damaged files count as missing, as they do for the guest. */
export function readState(
  guest: { readonly name: string; readonly sysroot: string },
  deployments: readonly Deployment[],
): CarriedState {
  const { name } = guest;
  const staged = readStaged(name);
  return {
    staged: staged && hasCommit(repositoryOf(guest.sysroot), staged.checksum) ? staged : undefined,
    rollback: positionOf(readRollback(name)?.deployment, deployments),
    trials: deployments.flatMap((deployment) => trialOf(name, deployment, deployments)),
    rejected: rejectedCommits(name),
    baseline: readBaseline(name),
    packagesInside: readPackagesInside(name),
    seen: readSeen(name) !== undefined,
    places: unlessMissing(() => readdirSync(stateFile(name, 'places')))?.filter(isPlace) ?? [],
  };
}

function positionOf(name: string | undefined, deployments: readonly Deployment[]): number | undefined {
  const position = deployments.findIndex((deployment) => deployment.name === name);
  return position < 0 ? undefined : position;
}

function trialOf(guest: string, { name }: Deployment, deployments: readonly Deployment[]): CarriedTrial[] {
  const trial = readTrial(guest, name);
  const deployment = positionOf(name, deployments);
  if (trial === undefined || deployment === undefined) return [];
  const fallback = positionOf(fallbackOf(trial, deployments)?.name, deployments) ?? deployment + 1;
  const { since, tries, left } = trial;
  return fallback < deployments.length ? [{ deployment, fallback, since, tries, left }] : [];
}

/** Writes it for a guest whose deployments have these names, in the order of the boot list. */
export function writeState(
  owner: string,
  state: CarriedState,
  names: readonly DeploymentName[],
  hasVar: boolean,
): void {
  const nameOf = (position: number): DeploymentName => {
    const name = names[position];
    if (name === undefined) throw new Error(`there is no deployment ${position}`);
    return name;
  };
  if (state.staged) stateFiles.staged.write(owner, state.staged);
  if (state.rollback !== undefined)
    stateFiles.rollback.write(owner, { deployment: nameOf(state.rollback), var: false, time: wallClock() });
  for (const { deployment, fallback, since, tries, left } of state.trials) {
    const trial = { deployment: nameOf(deployment), fallback: nameOf(fallback), since, tries };
    stateFiles.trial.write(owner, trial, `${trial.deployment}+${left}`);
  }
  for (const rejection of state.rejected) stateFiles.rejected.write(owner, rejection, rejection.checksum);
  if (state.baseline) stateFiles.baseline.write(owner, state.baseline);
  if (state.packagesInside) stateFiles.packagesInside.write(owner, state.packagesInside);
  if (state.seen) stateFiles.seen.write(owner, { deployments: names });
  // Without the /var, the next start makes the copies again.
  for (const place of hasVar ? state.places : []) writeAtomically(stateFile(owner, `places/${place}`), '');
}

/** Fails with WrongJson. `count` is the number of deployments. */
export function parseState(fields: Fields, count: number): CarriedState {
  const isPosition = (value: unknown): value is number =>
    Number.isInteger(value) && Number(value) >= 0 && Number(value) < count;
  const staged = fields.optionalFields('staged');
  const baseline = fields.optionalFields('baseline');
  const packages = fields.optionalFields('packagesInside');
  return {
    staged: staged && {
      checksum: staged.is('checksum', isChecksum, 'a commit'),
      refspec: staged.text('refspec'),
      time: staged.is('time', isTime, 'a time'),
      version: staged.optionalText('version'),
    },
    rollback:
      fields.numberOrNull('rollback') === null
        ? undefined
        : fields.is('rollback', isPosition, 'a deployment'),
    trials: fields.list('trials').map((trial) => ({
      deployment: trial.is('deployment', isPosition, 'a deployment'),
      fallback: trial.is('fallback', isPosition, 'a deployment'),
      since: trial.is('since', isTime, 'a time'),
      tries: trial.is('tries', isCount, 'a number of tries'),
      left: trial.is('left', isCount, 'a number of tries'),
    })),
    rejected: fields.list('rejected').map((rejection) => ({
      checksum: rejection.is('checksum', isChecksum, 'a commit'),
      reason: rejection.text('reason'),
      content: rejection.optionalText('content'),
      time: rejection.is('time', isTime, 'a time'),
    })),
    baseline: baseline && { failedUnits: baseline.texts('failedUnits') },
    packagesInside: packages && { install: packages.texts('install'), remove: packages.texts('remove') },
    seen: fields.flag('seen'),
    places: fields.is('places', listOf(isPlace), 'a list of places'),
  };
}

const isCount = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 1000;

/** Date shows no others, and throws. */
const isTime = (value: unknown): value is number =>
  typeof value === 'number' && !Number.isNaN(new Date(value).getTime());

/** A record of src/steps/boot/places.ts, such as `home` or `opt.kept`. */
const isPlace = (value: unknown): value is string =>
  typeof value === 'string' && /^[a-z]\w{0,30}(\.kept)?$/.test(value);
