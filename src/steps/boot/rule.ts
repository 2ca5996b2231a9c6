// What a start does, as a function of its state. No side effects: read-state.ts reads, act.ts acts. A start reads,
// decides and acts until the decision is to boot, so the next start completes an interrupted one.

import type { UpdatePolicy } from '../../config/policy.ts';
import type { Start } from '../../machine/guest-state.ts';
import type { Deployment } from '../../ostree/deployments.ts';
import type { DeploymentName } from '../../ostree/names.ts';
import type { Rejection } from '../../state/rejected.ts';
import type { Rollback } from '../../state/rollback-request.ts';
import type { Staged } from '../../state/staged.ts';
import { fallbackOf, type Trial } from '../../state/trial.ts';
import { type HoldFacts, type HoldPolicy, holdOf } from '../hold-rule.ts';
import { leftOut } from '../keep-rule.ts';

/** A deployment of the boot list, with the facts that the rule needs. */
export interface Candidate extends Deployment {
  /** Undefined if it was found healthy, or was never on trial. */
  readonly trial: Trial | 'unreadable' | undefined;
  readonly isPinned: boolean;
}

/** The state at a start. */
export interface BootState {
  /** The boot list, the default first. */
  readonly deployments: readonly Candidate[];
  /** The requested deployment. */
  readonly rollback?: Rollback | undefined;
  /** The staged update. */
  readonly staged?: Staged | undefined;
  /** The update that this start, or an interrupted one, is deploying. */
  readonly claimed?: Staged | undefined;
  /** Why the default deployment's commit was rejected. */
  readonly rejection?: Rejection | undefined;
  /** The boot list at the last start of a guest that manages itself. Undefined if it is not known. */
  readonly seen?: readonly DeploymentName[] | undefined;
  /** What holds the staged update back; the same during all of a start. */
  readonly hold: HoldFacts;
  /** Whether everything that the guest wrote outlives a change of its deployment. */
  readonly isSafe: boolean;
  /** The actions that this start has tried. None is tried twice. */
  readonly tried: readonly Act['kind'][];
  /** Those of them that failed. */
  readonly failed: readonly Act['kind'][];
}

/** A trial that begins or continues: its deployment, and the one to go back to. All other trials end. */
export interface Probation {
  readonly deployment: DeploymentName;
  readonly fallback: DeploymentName;
  /** True if it must be recorded. */
  readonly isNew: boolean;
}

/** An action that changes the boot list or the state. */
export type Act =
  /** Makes the requested deployment the default, and drops the staged update: the user wanted to get away from it. */
  | { readonly kind: 'rollBack'; readonly to: Deployment; readonly wish: Rollback }
  /** Drops the request for a deployment that is gone. */
  | { readonly kind: 'forgetRollback'; readonly deployment: DeploymentName }
  /** Records the boot list of a guest that manages itself, and puts a new deployment on trial. */
  | {
      readonly kind: 'noteBootList';
      readonly seen: readonly DeploymentName[];
      readonly trial: Probation | undefined;
    }
  /** Goes back: the default deployment has used up its starts. */
  | {
      readonly kind: 'giveUp';
      readonly failed: Deployment;
      readonly fallback: Deployment;
      readonly reason: string;
    }
  /** Keeps a failed deployment: the one to go back to is gone. */
  | { readonly kind: 'keepFailed'; readonly failed: Deployment }
  /** Puts the deployment of an interrupted start on trial, because a newer update is staged. */
  | { readonly kind: 'putOnTrial'; readonly trial: Probation }
  /** Claims the staged update. From now on an update may stage a newer one. */
  | { readonly kind: 'claim' }
  /** Deploys the claimed update. */
  | { readonly kind: 'deploy'; readonly staged: Staged }
  /** Puts the new deployment on trial, and removes deployments beyond `Keep=` from the boot list. */
  | {
      readonly kind: 'complete';
      readonly trial: Probation | undefined;
      readonly leftOut: readonly Deployment[];
    }
  /** Counts a start of a deployment on trial. */
  | { readonly kind: 'countStart'; readonly trial: Trial };

export type BootDecision =
  | Act
  /** Boots a deployment. */
  | { readonly kind: 'boot'; readonly deployment: Deployment }
  /** There is nothing to boot. */
  | { readonly kind: 'notCreated' };

type BootPolicy = Pick<UpdatePolicy, 'by' | 'keep'> & HoldPolicy;

/** Decides what a start does next. */
export function decide(state: BootState, policy: BootPolicy): BootDecision {
  const [next] = state.deployments;
  if (next && state.tried.includes('countStart')) {
    // A counted start boots the deployment on trial, even as its last try. Without the count, it could be tried for ever.
    const isCounted = !state.failed.includes('countStart');
    return { kind: 'boot', deployment: isCounted ? next : (bootable(state) ?? next) };
  }
  const act = goBack(state) ?? note(state, policy) ?? giveUp(state) ?? goOn(state, policy) ?? count(state);
  if (act) return act;
  const deployment = bootable(state);
  return deployment ? { kind: 'boot', deployment } : { kind: 'notCreated' };
}

function goBack({ rollback, deployments, isSafe, tried }: BootState): Act | undefined {
  if (!rollback || !isSafe || tried.includes('rollBack') || tried.includes('forgetRollback'))
    return undefined;
  const to = deployments.find(({ name }) => name === rollback.deployment);
  return to
    ? { kind: 'rollBack', to, wish: rollback }
    : { kind: 'forgetRollback', deployment: rollback.deployment };
}

function note(state: BootState, { by }: Pick<UpdatePolicy, 'by'>): Act | undefined {
  const { deployments, seen, tried } = state;
  const [next] = deployments;
  if (!next || by !== 'rpm-ostree' || tried.includes('noteBootList') || !canTryOut(state)) return undefined;
  const names = deployments.map(({ name }) => name);
  if (seen?.join() === names.join()) return undefined;
  // A deployment that the guest went back to is not new.
  const isNew = seen !== undefined && !seen.includes(next.name);
  return { kind: 'noteBootList', seen: names, trial: isNew ? probation(deployments) : undefined };
}

function giveUp({ deployments, rejection, tried }: BootState): Act | undefined {
  const [next] = deployments;
  const trial = trialOf(next);
  if (!next || !trial || trial.left > 0 || tried.includes('giveUp') || tried.includes('keepFailed'))
    return undefined;
  const fallback = fallbackOf(trial, deployments);
  if (!fallback) return { kind: 'keepFailed', failed: next };
  const reason = rejection?.reason ?? `it was not found healthy after ${trial.tries} starts`;
  return { kind: 'giveUp', failed: next, fallback, reason };
}

/** Decides on the staged update. After an interrupted start, the state tells how far it came. */
function goOn(state: BootState, policy: BootPolicy): Act | undefined {
  const { deployments, staged, claimed, isSafe, tried } = state;
  const [next] = deployments;
  if (!isSafe || !canTryOut(state) || trialOf(next)?.left === 0) return undefined;
  const isDeployed = claimed !== undefined && claimed.checksum === next?.checksum;
  const trial = probation(deployments);
  if (staged && !isHeld(staged, state, policy) && !tried.includes('claim')) {
    const isUntested = isDeployed && trial?.isNew === true && !tried.includes('putOnTrial');
    return isUntested ? { kind: 'putOnTrial', trial } : { kind: 'claim' };
  }
  if (!claimed) return undefined;
  if (!isDeployed) {
    const waits = tried.includes('deploy') || isHeld(claimed, state, policy);
    return waits ? undefined : { kind: 'deploy', staged: claimed };
  }
  if (tried.includes('complete')) return undefined;
  const needed = trial ? [trial.deployment, trial.fallback] : [];
  return { kind: 'complete', trial, leftOut: leftOut(deployments, policy.keep, needed) };
}

/** A guest that has nothing else to boot does not wait. */
const isHeld = (update: Staged, { deployments, hold }: BootState, policy: BootPolicy): boolean =>
  deployments.length > 0 && holdOf(update, hold, policy) !== undefined;

function count({ deployments }: BootState): Act | undefined {
  const trial = trialOf(deployments[0]);
  return trial && trial.left > 0 ? { kind: 'countStart', trial } : undefined;
}

/**
 * Returns the default deployment, or the one to go back to if the default one is on trial: then no start of the trial is left, or
 * this start could not be counted.
 */
function bootable({ deployments }: BootState): Deployment | undefined {
  const [next] = deployments;
  const trial = trialOf(next);
  return (trial && fallbackOf(trial, deployments)) ?? next;
}

/** A new deployment is on trial if there is one to go back to, which must not be on trial itself. */
function probation(deployments: readonly Candidate[]): Probation | undefined {
  const [fresh, before] = deployments;
  if (!fresh || !before) return undefined;
  // An interrupted start may have begun the trial of the new deployment already, and ended that of the previous one.
  const trial = trialOf(fresh) ?? trialOf(before);
  const fallback = (trial && fallbackOf(trial, deployments)) ?? before;
  return { deployment: fresh.name, fallback: fallback.name, isNew: trialOf(fresh) === undefined };
}

/** False if a damaged file may hide which deployment is good: a new deployment could then not be given up. */
const canTryOut = ({ deployments }: BootState): boolean =>
  deployments.slice(0, 2).every(({ trial }) => trial !== 'unreadable');

const trialOf = (deployment: Candidate | undefined): Trial | undefined =>
  deployment === undefined || deployment.trial === 'unreadable' ? undefined : deployment.trial;

/** A start that the boot step works for, once that is done. */
export interface EndedStart {
  readonly start: Start;
  readonly isOnTrial: boolean;
  /** True if this boot step has changed the default deployment. */
  readonly isNew: boolean;
}

/**
 * Decides what follows if the start ended before its boot step: the guest has not booted in it. Who stops a guest wants it down. A
 * start that takes too long is made up for, but not for ever: a tree may make each one take too long. So it counts, unless
 * this step has deployed, which the next one need not do again.
 */
export function onEndedStart({ start, isOnTrial, isNew }: EndedStart): {
  readonly uncounts: boolean;
  readonly startsAgain: boolean;
} {
  if (start === 'goes on') return { uncounts: false, startsAgain: false };
  const isLate = start === 'timed out';
  return { uncounts: isOnTrial && (!isLate || isNew), startsAgain: isLate && (isOnTrial || isNew) };
}
