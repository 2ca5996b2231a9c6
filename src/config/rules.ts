import {
  halfIdentity,
  manyNetworks,
  noKey,
  noLockServer,
  noNetwork,
  noOrigin,
  noSignatureKey,
  noUrl,
  noWindow,
  portTwice,
  twoOrigins,
} from './cross-key-rules.ts';
import { originKeyNames, originKeys, otherOriginKeyNames } from './origin-keys.ts';
import type { Position, Problem } from './problem.ts';
import { filesOutside, otherOrigin, otherSteps, ownTime, userNamespace } from './self-managed-rules.ts';
import type { Values } from './values.ts';

/** Checks settings that are each right by themselves. */
type RuleCheck = (values: Values, top: Position) => Problem | undefined;

export interface Rule {
  /** It runs if one of these is set: SECTION.KEY, or SECTION for each key of it. */
  readonly when: readonly string[];
  /** The keys that it sees. */
  readonly sees: readonly string[];
  readonly check: RuleCheck;
}

/** Makes a rule over these keys, and over `others`, which do not make it run. It cannot see any other key. */
const rule = (when: readonly string[], check: RuleCheck, others: readonly string[] = []): Rule => ({
  when,
  sees: when.concat(others),
  check,
});

const otherOrigins = otherOriginKeyNames.map((key) => `Guest.${key}`);

export const rules: readonly Rule[] = [
  rule(otherOrigins, twoOrigins, [`Guest.${originKeys.ostree}`]),
  rule(['Update.By'], userNamespace, ['Exec.PrivateUsers']),
  rule(['Update.By'], otherOrigin, otherOrigins),
  rule(['Update.By'], otherSteps, ['Update.Rehearse', 'Update.SnapshotVar']),
  rule(['Update.By'], ownTime, ['Update.NotBefore', 'Update.SwitchWindowSec', 'Update.FleetLock']),
  rule(['Update.By'], filesOutside, ['Packages']),
  rule(['Update.SwitchWindowSec'], noWindow, ['Update.SwitchOnCalendar']),
  rule(['Update.FleetLockGroup'], noLockServer, ['Update.FleetLock']),
  rule(['Remote.GPGVerify'], noKey, ['Remote.GPGKeyPath']),
  rule(['Remote.SignVerify'], noSignatureKey, ['Remote.Ed25519KeyPath']),
  rule(['Remote.TLSClientCertPath', 'Remote.TLSClientKeyPath'], halfIdentity),
  rule(['Network.Port'], noNetwork, ['Network']),
  rule(['Network.Port'], portTwice),
  rule(['Network.NamespacePath'], manyNetworks, ['Network']),
];

const triggers = new Set(rules.flatMap(({ when }) => when));

/** True if a rule runs when this key is set. */
export const isInRule = (section: string, id: string): boolean => triggers.has(section) || triggers.has(id);

/** What a guest must have. */
export interface Demand {
  readonly section: string;
  /** One of these. */
  readonly keys: readonly string[];
  /** Demanded also of a guest without that section. */
  readonly always?: true;
  readonly missing: (values: Values, top: Position) => Problem;
}

const demands: readonly Demand[] = [
  { section: 'Guest', keys: originKeyNames, always: true, missing: noOrigin },
  { section: 'Remote', keys: ['URL'], missing: noUrl },
];

/** The demands that a guest does not meet. */
export const unmet = (values: Values): readonly Demand[] =>
  demands.filter(
    ({ section, keys, always }) =>
      (always || values.has(section)) && !keys.some((key) => values.final(section, key)),
  );
