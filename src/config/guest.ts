import { type Machine, machineOf } from './machine.ts';
import { type Origin, originKey, originOf } from './origin.ts';
import { type Packages, packagesOf } from './packages.ts';
import type { Problem } from './problem.ts';
import { readSources, type Source, topOf } from './read.ts';
import { guestName } from './schema.ts';
import { milliseconds } from './time-span.ts';
import { checkTogether } from './together.ts';
import { isTrue } from './types.ts';
import type { Values } from './values.ts';
import { wordsOf } from './words.ts';

/** Where everything of all guests lives that is not configuration. */
export const stateDirectory = '/var/lib/ostree-guests';

/** What [Update] says. */
export interface UpdatePolicy {
  /** Who updates the guest: this program, or its own rpm-ostree inside of it. */
  readonly by: 'host' | 'rpm-ostree';
  /** How far an update goes with a new commit. */
  readonly action: Action;
  /** Calendar expressions, systemd.time(7); none means the timer template's own. */
  readonly onCalendar: readonly string[];
  /** The same for the maintenance window; none where there is none. */
  readonly switchOnCalendar: readonly string[];
  /** A time span, systemd.time(7). */
  readonly randomizedDelaySec?: string;
  /** How many guests of the host may fetch or rehearse at the same time. */
  readonly concurrency: number;
  readonly allowDowngrade: boolean;
  /** Starts that a fresh deployment has to be found healthy; at least 1. */
  readonly tries: number;
  /** Commands that are run in the guest, each as its words. */
  readonly healthChecks: readonly (readonly string[])[];
  /** In milliseconds. */
  readonly healthTimeout: number;
  readonly rehearse: boolean;
  /** How many deployments are kept; at least 2. */
  readonly keep: number;
  readonly snapshotVar: boolean;
}

/** Each does what those before it do, and one thing more. */
export type Action = 'check' | 'fetch' | 'stage' | 'switch';

/** What one guest's files declare, checked and with the defaults filled in. */
export interface Guest {
  readonly name: string;
  /** The guest file; its drop-ins are not named here. */
  readonly file: string;
  readonly description: string;
  readonly origin: Origin;
  /** What is added to the tree that comes from there. */
  readonly packages: Packages | undefined;
  readonly sysroot: string;
  readonly update: UpdatePolicy;
  readonly machine: Machine;
  /** All settings, in the order in which they were read. */
  readonly values: Values;
}

/** A guest that cannot be made, and why: all its problems, in the order of its files and lines. */
export interface Broken {
  readonly name: string;
  readonly file: string;
  readonly problems: readonly Problem[];
}

export type Checked = { readonly guest: Guest } | { readonly broken: Broken };

/** Reads a guest: `file` is its guest file, `sources` are all its files in the order in which they apply. */
export function readGuest(
  name: string,
  file: string,
  sources: readonly Source[],
  hostname: () => string,
): Checked {
  const { values, problems } = readSources(name, sources, hostname);
  const top = topOf(file);
  if (!guestName.test(name)) {
    const remedy = 'Name the file after the guest: 1 to 63 of a-z, 0-9 and -, then .guest';
    problems.unshift({ at: top, message: `'${name}' is not a guest name`, remedy });
  }
  problems.push(...checkTogether(values, top));
  return problems.length > 0
    ? { broken: { name, file, problems } }
    : { guest: makeGuest(name, file, values) };
}

function makeGuest(name: string, file: string, values: Values): Guest {
  let update: UpdatePolicy | undefined;
  return {
    name,
    file,
    description: values.last('Guest', 'Description') ?? `OSTree guest ${name}`,
    sysroot: values.last('Guest', 'Sysroot') ?? `${stateDirectory}/${name}/sysroot`,
    machine: machineOf(values),
    values,
    // The generator, which reads all guests, hardly ever needs these.
    get origin() {
      return originOf(values);
    },
    get packages() {
      return packagesOf(values);
    },
    get update() {
      update ??= policyOf(values);
      return update;
    },
  };
}

function policyOf(values: Values): UpdatePolicy {
  const last = (key: string) => values.last('Update', key);
  const isOn = (key: string) => isTrue(last(key) ?? 'no');
  const randomizedDelaySec = last('RandomizedDelaySec');
  const healthTimeout = last('HealthTimeoutSec');
  return {
    by: managesItself({ values }) ? 'rpm-ostree' : 'host',
    action: (last('Action') as Action | undefined) ?? 'stage',
    onCalendar: values.all('Update', 'OnCalendar'),
    switchOnCalendar: values.all('Update', 'SwitchOnCalendar'),
    ...(randomizedDelaySec && { randomizedDelaySec }),
    concurrency: Number(last('Concurrency') ?? 1),
    allowDowngrade: isOn('AllowDowngrade'),
    tries: Number(last('Tries') ?? 2),
    healthChecks: values.all('Update', 'HealthCheck').map((value) => wordsOf([value])),
    healthTimeout: healthTimeout === undefined ? 300_000 : milliseconds(healthTimeout),
    rehearse: isOn('Rehearse'),
    keep: Number(last('Keep') ?? 2),
    snapshotVar: isOn('SnapshotVar'),
  };
}

/** Whether its own rpm-ostree updates it, inside of it. */
export const managesItself = ({ values }: Pick<Guest, 'values'>): boolean =>
  values.last('Update', 'By') === 'rpm-ostree';

/** Where a value was set, as FILE:LINE, for messages; the file alone where it is a default. */
export function placeOf(
  { values, file }: Pick<Guest, 'values' | 'file'>,
  section: string,
  key: string,
): string {
  const at = values.at(section, key);
  return at ? `${at.file}:${at.line}` : file;
}

/** Where it was said where the tree comes from. */
export const originPlace = (guest: Guest): string => placeOf(guest, ...originKey[guest.origin.kind]);
