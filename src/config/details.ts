import { type Machine, machineOf } from './machine.ts';
import { type Origin, originOf } from './origin.ts';
import { type Packages, packagesOf } from './packages.ts';
import { policyOf, type UpdatePolicy } from './policy.ts';
import type { Values } from './values.ts';

/** What the values of a guest mean. */
export interface Details {
  readonly origin: Origin;
  /** What is added to the tree that comes from there. */
  readonly packages: Packages | undefined;
  readonly update: UpdatePolicy;
  readonly machine: Machine;
}

export const detailsOf = (values: Values): Details => ({
  origin: originOf(values),
  packages: packagesOf(values),
  update: policyOf(values),
  machine: machineOf(values),
});
