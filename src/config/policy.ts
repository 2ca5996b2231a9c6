// lazy: QuickJS reads this file when one of its functions is called.
import { wordsOf } from './split-words.ts';
import { milliseconds } from './time-span.ts';
import { isTrue } from './types.ts';
import type { Values } from './values.ts';

/** The settings of [Update], except the schedule: src/generator/units/update-timer.ts and switch-timer.ts copy that into the timers. */
export interface UpdatePolicy {
  /** Who updates the guest: the host, or its own rpm-ostree inside. */
  readonly by: 'host' | 'rpm-ostree';
  /** How far an update goes with a new commit. */
  readonly action: UpdateAction;
  /** How many guests of the host may fetch or rehearse at the same time. */
  readonly concurrency: number;
  readonly allowDowngrade: boolean;
  /** The number of starts that a new deployment has to become healthy; at least 1. */
  readonly tries: number;
  /** Commands that are run in the guest, each as its words. */
  readonly healthChecks: readonly (readonly string[])[];
  /** Commands that are run on the host after each attempt, each as its words. */
  readonly notify: readonly (readonly string[])[];
  /** In milliseconds. */
  readonly healthTimeout: number;
  readonly rehearse: boolean;
  /** How many deployments are kept; at least 2. */
  readonly keep: number;
  readonly snapshotVar: boolean;
  /** How long a commit must have been staged before a start deploys it, in milliseconds. */
  readonly notBefore: number;
  /** The maintenance windows, if updates are deployed only in these. */
  readonly window: MaintenanceWindow | undefined;
  /** The server whose lock a guest must have while it is down for an update. */
  readonly fleetLock: FleetLock | undefined;
}

/** A FleetLock server, and the group of the guest there. */
export interface FleetLock {
  readonly url: string;
  readonly group: string;
}

/** Windows that begin at the times of calendar expressions. */
export interface MaintenanceWindow {
  readonly begins: readonly string[];
  /** In milliseconds. */
  readonly length: number;
}

/** Each action includes the ones before it. */
const actions = ['check', 'fetch', 'stage', 'switch'] as const;
type UpdateAction = (typeof actions)[number];

export function policyOf(values: Values): UpdatePolicy {
  const last = (key: string) => values.last('Update', key);
  const commands = (key: string) => values.all('Update', key).map((value) => wordsOf([value]));
  const isOn = (key: string) => isTrue(last(key) ?? 'no');
  const span = (key: string, byDefault: number) => {
    const value = last(key);
    return value === undefined ? byDefault : milliseconds(value);
  };
  const length = span('SwitchWindowSec', 0);
  return {
    by: last('By') === 'rpm-ostree' ? 'rpm-ostree' : 'host',
    action: actions.find((action) => action === last('Action')) ?? 'stage',
    concurrency: Number(last('Concurrency') ?? 2),
    allowDowngrade: isOn('AllowDowngrade'),
    tries: Number(last('Tries') ?? 2),
    healthChecks: commands('HealthCheck'),
    notify: commands('Notify'),
    healthTimeout: span('HealthTimeoutSec', 300_000),
    rehearse: isOn('Rehearse'),
    keep: Number(last('Keep') ?? 2),
    snapshotVar: isOn('SnapshotVar'),
    notBefore: span('NotBefore', 0),
    window: length > 0 ? { begins: beginsOf(values), length } : undefined,
    fleetLock: fleetLockOf(last('FleetLock'), last('FleetLockGroup')),
  };
}

/** The group of the protocol for clients that have none. */
const defaultGroup = 'default';

const fleetLockOf = (url: string | undefined, group = defaultGroup): FleetLock | undefined =>
  url === undefined ? undefined : { url: url.replace(/\/+$/, ''), group };

const beginsOf = (values: Values): string[] =>
  values.effective('Update', 'SwitchOnCalendar').map(({ value }) => value);
