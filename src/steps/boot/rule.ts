// What a start does, as a function of what it finds. It has no side effects: read-state.ts looks, act.ts does. A start looks,
// decides and acts until the decision is to boot, so a start that was cut off anywhere is taken up by the next one.
import type { UpdatePolicy } from '../../config/policy.ts';
import type { Deployment } from '../../ostree/deployments.ts';
import type { Rejection } from '../../state/rejected.ts';
import type { Rollback } from '../../state/rollback-request.ts';
import type { Staged } from '../../state/staged.ts';
import { fallbackOf, type Trial } from '../../state/trial.ts';
import { leftOut } from '../keep-rule.ts';

/** A deployment of the boot list, with what the rule asks of it. */
export interface Candidate extends Deployment {
  /** Undefined if it was found healthy, or never had to be. */
  readonly trial: Trial | 'unreadable' | undefined;
  readonly isPinned: boolean;
}

/** What a start finds. */
export interface BootState {
  /** The boot list, the default first. */
  readonly deployments: readonly Candidate[];
  /** The deployment that somebody asked for. */
  readonly rollback?: Rollback | undefined;
  /** The update that waits for this start. */
  readonly staged?: Staged | undefined;
  /** The update that this start, or one that was cut off, is deploying. */
  readonly claimed?: Staged | undefined;
  /** Why the default deployment's commit was rejected. */
  readonly rejection?: Rejection | undefined;
  /** The boot list at the last start of a guest that manages itself. Undefined if it is not known. */
  readonly seen?: readonly string[] | undefined;
  /** Whether everything that the guest wrote outlives a change of its deployment. */
  readonly isSafe: boolean;
  /** What this start has done already, or has failed to do. Nothing is done twice. */
  readonly tried: readonly Act['kind'][];
}

/** A trial that begins or goes on: its deployment, and the one to go back to. The trials of all others end. */
export interface Probation {
  readonly deployment: string;
  readonly fallback: string;
  /** Whether it has to be written down. */
  readonly isNew: boolean;
}

/** A change of what the guest boots, or of what is known of it. */
export type Act =
  /** Makes the deployment that somebody asked for the default. Forgets what is staged: they wanted to get away from it. */
  | { readonly kind: 'rollBack'; readonly to: Deployment; readonly wish: Rollback }
  /** Forgets a rollback to a deployment that is gone. */
  | { readonly kind: 'forgetRollback'; readonly deployment: string }
  /** Remembers the boot list of a guest that manages itself, and puts on trial what is new in it. */
  | { readonly kind: 'noteBootList'; readonly seen: readonly string[]; readonly trial: Probation | undefined }
  /** Goes back: the default deployment has used up its starts. */
  | {
      readonly kind: 'giveUp';
      readonly failed: Deployment;
      readonly fallback: Deployment;
      readonly reason: string;
    }
  /** Keeps a failed deployment: the one to go back to is gone. */
  | { readonly kind: 'keepFailed'; readonly failed: Deployment }
  /** Puts on trial what a start that was cut off has deployed, because something newer is staged. */
  | { readonly kind: 'putOnTrial'; readonly trial: Probation }
  /** Takes what is staged, to deploy it. An update may stage something newer from now on. */
  | { readonly kind: 'claim' }
  /** Makes a deployment of what was claimed. */
  | { readonly kind: 'deploy'; readonly staged: Staged }
  /** Puts on trial what was deployed, and takes deployments out of the boot list that are no longer kept. */
  | {
      readonly kind: 'complete';
      readonly trial: Probation | undefined;
      readonly leftOut: readonly Deployment[];
    }
  /** Counts a start of a deployment on trial. */
  | { readonly kind: 'countStart'; readonly trial: Trial };

export type Decision =
  | Act
  /** Boots a deployment. */
  | { readonly kind: 'boot'; readonly deployment: Deployment }
  /** There is nothing to boot. */
  | { readonly kind: 'notCreated' };

/** Decides what a start does next. */
export function decide(state: BootState, policy: Pick<UpdatePolicy, 'by' | 'keep'>): Decision {
  const [next] = state.deployments;
  // A start that was counted is made, even if it is the last one.
  if (next && state.tried.includes('countStart')) return { kind: 'boot', deployment: next };
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
  // One that the guest went back to was there before, and is not tried again.
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

/** Brings what is staged. If a start was cut off, each look finds how far it came. */
function goOn(state: BootState, { keep }: Pick<UpdatePolicy, 'keep'>): Act | undefined {
  const { deployments, staged, claimed, isSafe, tried } = state;
  const [next] = deployments;
  if (!isSafe || !canTryOut(state) || trialOf(next)?.left === 0) return undefined;
  const isDeployed = claimed !== undefined && claimed.checksum === next?.checksum;
  const trial = probation(deployments);
  if (staged && !tried.includes('claim')) {
    const isUntested = isDeployed && trial?.isNew === true && !tried.includes('putOnTrial');
    return isUntested ? { kind: 'putOnTrial', trial } : { kind: 'claim' };
  }
  if (!claimed) return undefined;
  if (!isDeployed) return tried.includes('deploy') ? undefined : { kind: 'deploy', staged: claimed };
  if (tried.includes('complete')) return undefined;
  const needed = trial ? [trial.deployment, trial.fallback] : [];
  return { kind: 'complete', trial, leftOut: leftOut(deployments, keep, needed) };
}

function count({ deployments }: BootState): Act | undefined {
  const trial = trialOf(deployments[0]);
  return trial && trial.left > 0 ? { kind: 'countStart', trial } : undefined;
}

/** Returns the default; or what is good, if going back to that could not be written down. */
function bootable({ deployments }: BootState): Deployment | undefined {
  const [next] = deployments;
  const trial = trialOf(next);
  if (!trial || trial.left > 0) return next;
  return fallbackOf(trial, deployments) ?? next;
}

/** A fresh deployment is on trial if there is one to go back to. One that is itself still on trial is none. */
function probation(deployments: readonly Candidate[]): Probation | undefined {
  const [fresh, before] = deployments;
  if (!fresh || !before) return undefined;
  // If a start was cut off, the trial that it began says more: it had ended that of the one before.
  const trial = trialOf(fresh) ?? trialOf(before);
  const fallback = (trial && fallbackOf(trial, deployments)) ?? before;
  return { deployment: fresh.name, fallback: fallback.name, isNew: trialOf(fresh) === undefined };
}

/** A damaged file may hide which deployment is good. What is fresh could not be given up then, so nothing fresh is booted. */
const canTryOut = ({ deployments }: BootState): boolean =>
  deployments.slice(0, 2).every(({ trial }) => trial !== 'unreadable');

const trialOf = (deployment: Candidate | undefined): Trial | undefined =>
  deployment === undefined || deployment.trial === 'unreadable' ? undefined : deployment.trial;
