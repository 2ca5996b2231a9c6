import { applyRules } from './apply-rules.ts';
import { wrongName } from './cross-key-rules.ts';
import { guestName } from './guest-name.ts';
import { type Effect, everything } from './key-table.ts';
import { type MachineSettings, machineOf } from './machine-settings.ts';
import { type Origin, originKey, originOf } from './origin.ts';
import { type Packages, packagesOf } from './packages.ts';
import { defaultSysrootOf } from './paths.ts';
import { policyOf, type UpdatePolicy } from './policy.ts';
import type { Problem } from './problem.ts';
import { readSources, type SourceFile } from './read.ts';
import { rules, unmet } from './rules.ts';
import type { Values } from './values.ts';

/** A guest: its declaration, checked and with defaults. */
export interface Guest {
  readonly name: string;
  /** The guest file; its drop-ins are not named here. */
  readonly file: string;
  readonly description: string;
  readonly origin: Origin;
  /** The packages to add to that tree. */
  readonly packages: Packages | undefined;
  readonly sysroot: string;
  readonly update: UpdatePolicy;
  readonly machine: MachineSettings;
  /** All settings, in the order in which they were read. */
  readonly values: Values;
  /** The parts that its keys have an effect on, by their rows in keys/. */
  readonly effects: ReadonlySet<Effect>;
}

/** A guest or a build with mistakes: all its problems, in the order of its files and lines. */
export interface Broken {
  readonly name: string;
  readonly file: string;
  readonly problems: readonly Problem[];
  /** Returns the guest without its mistakes, to check the rest of it against the host. */
  readonly rest?: () => Guest;
}

export type Checked = { readonly guest: Guest } | { readonly broken: Broken };

/** Reads a guest: `file` is its guest file, `sources` are all its files in the order in which they apply. */
export function readGuest(
  name: string,
  file: string,
  sources: readonly SourceFile[],
  hostname: () => string,
): Checked {
  const { values, problems, effects, isInRule, right } = readSources(name, sources, hostname);
  const isNamed = guestName.test(name);
  if (!isNamed) problems.unshift(wrongName(name, file));
  const demands = unmet(values);
  if (isInRule || demands.length > 0) problems.push(...applyRules(rules, demands, values, file));
  return problems.length > 0
    ? {
        broken: {
          name,
          file,
          problems,
          ...(isNamed && { rest: () => new DeclaredGuest(name, file, right(), new Set(everything)) }),
        },
      }
    : { guest: new DeclaredGuest(name, file, values, effects) };
}

class DeclaredGuest implements Guest {
  readonly name: string;
  readonly file: string;
  readonly description: string;
  readonly sysroot: string;
  readonly values: Values;
  readonly effects: ReadonlySet<Effect>;
  private policy: UpdatePolicy | undefined;
  private container: MachineSettings | undefined;

  constructor(name: string, file: string, values: Values, effects: ReadonlySet<Effect>) {
    this.name = name;
    this.file = file;
    this.description = values.last('Guest', 'Description') ?? `OSTree guest ${name}`;
    this.sysroot = values.last('Guest', 'Sysroot') ?? defaultSysrootOf(name);
    this.values = values;
    this.effects = effects;
  }

  // Lazy: the generator reads all guests, and rarely needs these.
  get origin(): Origin {
    return originOf(this.values);
  }

  get packages(): Packages | undefined {
    return packagesOf(this.values);
  }

  get update(): UpdatePolicy {
    this.policy ??= policyOf(this.values);
    return this.policy;
  }

  get machine(): MachineSettings {
    this.container ??= machineOf(this.values);
    return this.container;
  }
}

/** True if the guest's own rpm-ostree updates it from inside. */
export const managesItself = ({ values }: Pick<Guest, 'values'>): boolean =>
  values.last('Update', 'By') === 'rpm-ostree';

/** Returns where a value was set, as FILE:LINE, for messages; the file alone for a default. */
export function placeOf(
  { values, file }: Pick<Guest, 'values' | 'file'>,
  section: string,
  key: string,
): string {
  const at = values.at(section, key);
  return at ? `${at.file}:${at.line}` : file;
}

/** Returns where the origin of the tree is declared. */
export const originPlace = (guest: Guest): string => placeOf(guest, 'Guest', originKey(guest.origin));
