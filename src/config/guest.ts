import { type Machine, machineOf } from './machine.ts';
import { type Origin, originKey, originOf } from './origin.ts';
import { type Packages, packagesOf } from './packages.ts';
import { policyOf, type UpdatePolicy } from './policy.ts';
import type { Problem } from './problem.ts';
import { readSources, type Source, topOf } from './read.ts';
import { guestName } from './schema.ts';
import { checkTogether } from './together.ts';
import type { Values } from './values.ts';

/** Where everything of all guests lives that is not configuration. */
export const stateDirectory = '/var/lib/ostree-guests';

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

/** A guest or a build that cannot be made, and why: all its problems, in the order of its files and lines. */
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
