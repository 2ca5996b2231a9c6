// Decides about the update of a guest that manages itself. No side effects: by-rpm-ostree.ts acts.
import type { UpdatePolicy } from '../../config/policy.ts';
import type { CachedUpdate, RpmOstreeDeployment, RpmOstreeStatus } from '../../machine/rpm-ostree.ts';
import type { Trigger } from '../../state/attempts.ts';
import type { Refused } from '../../state/refused.ts';
import type { Rejection } from '../../state/rejected.ts';

/** The answer to `rpm-ostree upgrade --check`; `unknown` if asking crashes the daemon: an update may still work. */
export type UpgradeCheck = 'new' | 'nothing' | 'unknown';

/** What is known before anything is changed. */
export interface Situation {
  readonly check: UpgradeCheck;
  readonly status: RpmOstreeStatus;
  readonly rejected: readonly Rejection[];
}

/** An offer whose tree was rejected. */
export interface Left {
  readonly rejection: Rejection;
  readonly offer: CachedUpdate;
}

export type OnCheck =
  /** Does nothing: this deployment is the next to boot, and has not booted yet. */
  | { readonly kind: 'wait'; readonly next: RpmOstreeDeployment }
  /** Does nothing: there is no update, and the policy is only to check or to fetch. */
  | { readonly kind: 'end' }
  | ({ readonly kind: 'leave' } & Left)
  /** Reports or downloads the offer. */
  | { readonly kind: 'announce' | 'download'; readonly offer: CachedUpdate }
  /** Stages the declared packages, and the offer unless it was rejected. */
  | {
      readonly kind: 'stage';
      readonly upgrades: boolean;
      readonly offer: CachedUpdate | undefined;
      readonly left: Left | undefined;
    };

export function onCheck({ check, status, rejected }: Situation, action: UpdatePolicy['action']): OnCheck {
  const [current] = status.deployments;
  if (current && !current.booted && !current.staged) return { kind: 'wait', next: current };
  const offer = offerOf(check, status);
  const rejection = offer && rejectionOfOffer(offer, current, rejected);
  const left = rejection && { rejection, offer };
  if (action !== 'check' && action !== 'fetch')
    return { kind: 'stage', upgrades: check !== 'nothing' && !left, offer, left };
  if (left) return { kind: 'leave', ...left };
  if (!offer) return { kind: 'end' };
  return { kind: action === 'check' ? 'announce' : 'download', offer };
}

function offerOf(
  check: UpgradeCheck,
  { deployments, 'cached-update': cached }: RpmOstreeStatus,
): CachedUpdate | undefined {
  if (check === 'nothing') return undefined;
  if (check === 'new') return cached ?? {};
  // The daemon has fetched the metadata before it crashed.
  const checksum = deployments[0]?.['pending-base-checksum'];
  return checksum === undefined ? undefined : { checksum, 'ref-has-new-commit': true };
}

/** Returns the rejection of an offered tree, which then need not be fetched. With layers, the result is another commit. */
function rejectionOfOffer(
  offer: CachedUpdate,
  current: RpmOstreeDeployment | undefined,
  rejected: readonly Rejection[],
): Rejection | undefined {
  if (offer['ref-has-new-commit'] !== true || current?.['base-checksum'] !== undefined) return undefined;
  return rejected.find(({ checksum }) => checksum === offer.checksum);
}

/** An attempt to stage, and the last one that resulted in something rejected. */
export interface Repetition {
  readonly trigger: Trigger;
  readonly attempt: string;
  readonly refused: Refused | undefined;
  /** True if that was less than a day ago: after a day it is repeated, because an offer does not name all its packages. */
  readonly isRecent: boolean;
}

/** Returns why an attempt is not repeated. A person who asks gets another try. */
export function whyNotAgain(
  { trigger, attempt, refused, isRecent }: Repetition,
  rejected: readonly Rejection[],
): Rejection | undefined {
  if (trigger !== 'timer' || refused?.attempt !== attempt || !isRecent) return undefined;
  return rejected.find(({ checksum }) => checksum === refused.rejected);
}

/** Returns what commits with the same content have in common, except for their time; undefined if the commit alone identifies it. */
export function contentOf(deployment: RpmOstreeDeployment): string | undefined {
  const base = deployment['base-checksum'];
  const state = deployment['layered-commit-meta']?.['rpmostree.state-sha512'];
  if (base !== undefined) return state === undefined ? undefined : `${base} ${state}`;
  return deployment['container-image-reference-digest'];
}

export type OnResult =
  /** Drops what was staged: it, or something with the same content, failed before. */
  | { readonly kind: 'drop'; readonly made: RpmOstreeDeployment; readonly rejection: Rejection }
  | { readonly kind: 'staged'; readonly made: RpmOstreeDeployment }
  | ({ readonly kind: 'leave' } & Left)
  /** Nothing is new; `staged` is what was staged before. */
  | { readonly kind: 'same'; readonly staged: RpmOstreeDeployment | undefined };

/** Judges the first deployment after an attempt to stage; `current` was the first one before. */
export function onResult(
  made: RpmOstreeDeployment | undefined,
  current: RpmOstreeDeployment | undefined,
  left: Left | undefined,
  rejected: readonly Rejection[],
): OnResult {
  const staged = made?.staged ? made : undefined;
  const rejection = staged && rejectionOf(staged, rejected);
  if (rejection) return { kind: 'drop', made: staged, rejection };
  if (isNew(staged, current)) return { kind: 'staged', made: staged };
  return left ? { kind: 'leave', ...left } : { kind: 'same', staged };
}

/** True if an attempt has staged this. */
export const isNew = (
  made: RpmOstreeDeployment | undefined,
  current: RpmOstreeDeployment | undefined,
): made is RpmOstreeDeployment => made?.staged === true && made.id !== current?.id;

/** The rejection of a deployment, or of one with the same content. */
function rejectionOf(made: RpmOstreeDeployment, rejected: readonly Rejection[]): Rejection | undefined {
  const content = contentOf(made);
  return (
    rejected.find(({ checksum }) => checksum === made.checksum) ??
    rejected.find((one) => content !== undefined && one.content === content)
  );
}
