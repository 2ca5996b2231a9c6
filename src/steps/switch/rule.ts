// Decides whether a running guest is restarted, and how its switch ends. No side effects: switch.ts acts.

import type { UpdatePolicy } from '../../config/policy.ts';
import { type DiskSpace, megabytes } from '../../host/disk-room.ts';
import type { Deployment } from '../../ostree/deployments.ts';
import type { Checksum } from '../../ostree/names.ts';
import type { Trigger } from '../../state/attempts.ts';
import type { Released } from '../../state/released.ts';
import type { Rollback } from '../../state/rollback-request.ts';
import type { Staged } from '../../state/staged.ts';
import { type Hold, type HoldPolicy, mayHold, needsLock, needsRehearsal } from '../hold-rule.ts';

/** Why an update cannot be deployed, and what to do. */
export interface InVain {
  readonly reason: string;
  readonly remedy: string;
}

/** Compares what a deployment takes with what is free. `place` is on that file system. */
export function shortageOf(takes: DiskSpace, free: DiskSpace, place: string): InVain | undefined {
  const inVain = (what: string, has: string, df: string) => ({
    reason: `A deployment takes ${what}, and ${has} are free`,
    remedy: `Free space there: ${df} ${place}`,
  });
  if (free.bytes < takes.bytes)
    return inVain(megabytes(takes.bytes), `${Math.floor(free.bytes / 1e6)} MB`, 'df -h');
  if (free.files < takes.files) return inVain(`${takes.files} inodes`, `${free.files}`, 'df -i');
  return undefined;
}

/** The state of a guest before a switch. */
export interface SwitchState {
  /** The boot list, the default first. */
  readonly deployments: readonly Pick<Deployment, 'name' | 'checksum' | 'path'>[];
  /** The update staged by us or by the guest itself. */
  readonly staged: Staged | undefined;
  readonly rollback: Rollback | undefined;
  /** The root that the guest was last started from. */
  readonly booted: string | undefined;
  /** Why the next start could not deploy the staged update either. */
  readonly inVain: InVain | undefined;
  /** Why the next start does not deploy the staged update, unless this switch asks for it. */
  readonly hold: Hold | undefined;
  /** The update that somebody has asked for. */
  readonly released?: Released | undefined;
  /** The commit that was last rehearsed and found healthy. */
  readonly rehearsed?: Checksum | undefined;
  readonly isRunning: boolean;
}

export type SwitchDecision =
  /** The next start boots what runs now. */
  | { readonly kind: 'nothing' }
  /** A restart would not bring it. */
  | { readonly kind: 'leaveInVain'; readonly inVain: InVain }
  /** The staged update is held back, and nobody has asked for it. */
  | { readonly kind: 'leaveHeld'; readonly hold: Hold }
  /** A guest that is stopped stays stopped. */
  | {
      readonly kind: 'leaveStopped';
      /** The update that is to be rehearsed for that start. */
      readonly rehearses: Checksum | undefined;
      readonly releases: Checksum | undefined;
    }
  /** `releases`: the staged update, if the policy may hold it back. A window that is open now may have ended at the start. */
  | {
      readonly kind: 'restart';
      readonly wanted: Checksum;
      readonly rehearses: boolean;
      readonly releases: Checksum | undefined;
      /** The update that the guest must have a lock for: FleetLock=. */
      readonly locksFor: Checksum | undefined;
      /** What holds the update back, but not if a person asks for it. */
      readonly overrides: Hold | undefined;
    };

/**
 * Decides what a switch does. A person may also switch to an update that failed to deploy, because the cause may be fixed, and to
 * one that is held back.
 */
export function decide(
  state: SwitchState,
  policy: Pick<UpdatePolicy, 'rehearse'> & HoldPolicy,
  trigger: Trigger,
): SwitchDecision {
  const wanted = nextCommit(state);
  if (wanted === undefined) return { kind: 'nothing' };
  const { rollback, staged, inVain, hold, isRunning, released } = state;
  const update = rollback ? undefined : staged?.checksum;
  if (trigger === 'timer' && update) {
    if (hold) return { kind: 'leaveHeld', hold };
    if (inVain) return { kind: 'leaveInVain', inVain };
  }
  const releases = mayHold(policy) ? update : undefined;
  // The timer asks only for a restart, and nobody knows when a stopped guest starts.
  if (!isRunning)
    return {
      kind: 'leaveStopped',
      rehearses: update && needsRehearsal(update, state, policy) ? update : undefined,
      releases: trigger === 'timer' ? undefined : releases,
    };
  const locksFor = update && needsLock(update, { released }, policy) ? update : undefined;
  const rehearses = policy.rehearse && update !== undefined;
  return { kind: 'restart', wanted, rehearses, releases, locksFor, overrides: update && hold };
}

/** Decides whether an update continues with a switch. That would release what waits for the start of a stopped guest. */
export function afterUpdate(
  { staged, rollback, inVain, hold, isRunning }: Omit<SwitchState, 'deployments' | 'booted'>,
  policy: Pick<UpdatePolicy, 'action'> & HoldPolicy,
): 'end' | 'switch' | { readonly inVain: InVain } {
  if (policy.action !== 'switch' || !staged || (hold && !rollback)) return 'end';
  if (!isRunning && !rollback && mayHold(policy)) return 'end';
  return inVain && !rollback ? { inVain } : 'switch';
}

/** What determines the next commit. */
export type NextState = Pick<SwitchState, 'deployments' | 'staged' | 'rollback' | 'booted'>;

/** Returns the commit that the next start boots; undefined if it already runs. */
export function nextCommit({ deployments, staged, rollback, booted }: NextState): Checksum | undefined {
  if (rollback) return deployments.find(({ name }) => name === rollback.deployment)?.checksum;
  if (staged) return staged.checksum;
  const [next] = deployments;
  return next && next.path !== booted ? next.checksum : undefined;
}

/** The state of a guest that was restarted and has to settle. */
export interface Settling {
  readonly isOnTrial: boolean;
  /** The states of its unit and of its assessment: systemctl(1), ActiveState. */
  readonly machine: string | undefined;
  readonly assessment: string | undefined;
  /** Those of its boot step, which may outlast a start, and of what then starts the guest again. */
  readonly boot: readonly (string | undefined)[];
}

/**
 * Decides whether the verdict has been reached. `idle` counts checks without an assessment: after ten of them somebody has
 * stopped it, and the trial continues at the next start.
 */
export function settle(
  { isOnTrial, machine, assessment, boot }: Settling,
  idle: number,
): 'settled' | 'abandoned' | { readonly idle: number } {
  const changes = [machine, assessment, ...boot].some(
    (state) => state === 'activating' || state === 'deactivating',
  );
  if (!isOnTrial && !changes) return 'settled';
  if (changes || assessment === 'active') return { idle: 0 };
  return idle < 9 ? { idle: idle + 1 } : 'abandoned';
}

/** The result of a restart: whether systemd reported a problem, what the next start boots, whether the guest runs. */
export interface Restarted {
  readonly wanted: string;
  readonly hasProblem: boolean;
  readonly next: string | undefined;
  readonly isRunning: boolean;
}

/** True if somebody stopped the guest while it was to be restarted: its next start boots the update. */
export const wasStopped = ({ wanted, hasProblem, next, isRunning }: Restarted): boolean =>
  !hasProblem && next === wanted && !isRunning;

/** How a switch ended, once the guest has settled; `next` is the default deployment's commit. */
export function outcomeOf({
  wanted,
  hasProblem,
  next,
  isRunning,
}: Restarted): 'switched' | 'back' | 'failed' | 'stopped' {
  if (next !== wanted) return 'back';
  if (isRunning) return 'switched';
  return hasProblem ? 'failed' : 'stopped';
}
