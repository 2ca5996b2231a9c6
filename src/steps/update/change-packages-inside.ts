import type { Guest } from '../../config/guest.ts';
import {
  type RpmOstreeDeployment,
  rpmOstree,
  rpmOstreeFailure,
  tryRpmOstree,
} from '../../machine/rpm-ostree.ts';
import {
  dropPackagesInside,
  type PackagesInside,
  readPackagesInside,
  writePackagesInside,
} from '../../state/packages-inside.ts';
import type { Report } from '../../state/report.ts';

/** Changes for rpm-ostree, by its commands. */
export interface Changes {
  readonly reset: readonly string[];
  readonly uninstall: readonly string[];
  readonly install: readonly string[];
  readonly remove: readonly string[];
}

/**
 * Returns the changes that make the requested packages match the declaration. A declared list is complete. If a
 * list is not declared, only packages of earlier declarations are undone, and changes by hand stay.
 */
export function changesTo(
  current: RpmOstreeDeployment | undefined,
  { install, remove }: PackagesInside,
  before: PackagesInside,
): Changes {
  const requested = current?.['requested-packages'] ?? [];
  const removed = current?.['requested-base-removals'] ?? [];
  const excess = (present: readonly string[], wanted: readonly string[], earlier: readonly string[]) =>
    present.filter((one) => !wanted.includes(one) && (wanted.length > 0 || earlier.includes(one)));
  return {
    reset: excess(removed, remove, before.remove),
    uninstall: excess(requested, install, before.install),
    install: install.filter((one) => !requested.includes(one)),
    remove: remove.filter((one) => !removed.includes(one) && !requested.includes(one)),
  };
}

const none: PackagesInside = { install: [], remove: [] };

/** True if the guest declares packages, or did before. */
export const hasDeclared = ({ name, packages }: Guest): boolean =>
  packages !== undefined || readPackagesInside(name) !== undefined;

/** Makes the requested packages match the declaration. */
export async function bringPackages(
  { name, packages }: Guest,
  deployments: readonly RpmOstreeDeployment[],
  report: Report,
): Promise<void> {
  const declared: PackagesInside = packages ?? none;
  const before = readPackagesInside(name) ?? none;
  const { reset, uninstall, install, remove } = changesTo(deployments[0], declared, before);
  const act = async (...args: string[]) => {
    report.step(`Running rpm-ostree ${args.join(' ')} in ${name}`);
    await rpmOstree(name, ...args);
  };
  if (reset.length > 0) await act('override', 'reset', ...reset);
  if (uninstall.length > 0) await act('uninstall', ...uninstall);
  // --allow-inactive: a package of the tree is layered once the tree no longer has it.
  if (install.length > 0) await act('install', '--idempotent', '--allow-inactive', '--assumeyes', ...install);
  if (remove.length > 0) await leaveOut(name, remove, report);
  const brought = broughtBy(declared, before, deployments);
  if (brought.install.length + brought.remove.length > 0) writePackagesInside(name, brought);
  else dropPackagesInside(name);
}

/** Keeps undone packages on record while a deployment has them: the guest may go back to it. */
export function broughtBy(
  declared: PackagesInside,
  before: PackagesInside,
  deployments: readonly RpmOstreeDeployment[],
): PackagesInside {
  const there = (key: 'requested-packages' | 'requested-base-removals') =>
    deployments.flatMap((one) => one[key] ?? []);
  const [packages, removals] = [there('requested-packages'), there('requested-base-removals')];
  return {
    install: union(
      declared.install,
      before.install.filter((one) => packages.includes(one)),
    ),
    remove: union(
      declared.remove,
      before.remove.filter((one) => removals.includes(one)),
    ),
  };
}

const union = (a: readonly string[], b: readonly string[]): string[] => [...new Set([...a, ...b])];

/** Removes packages from the tree. Skips missing ones, for which rpm-ostree fails. */
async function leaveOut(machine: string, packages: readonly string[], report: Report): Promise<void> {
  const args = ['override', 'remove', ...packages];
  report.step(`Running rpm-ostree ${args.join(' ')} in ${machine}`);
  const finished = await tryRpmOstree(machine, ...args);
  if (finished.exitCode === 0) return;
  const missing = /Package "(.+)" not found/.exec(finished.stderr)?.[1];
  const others = packages.filter((one) => one !== missing);
  if (others.length === packages.length) throw rpmOstreeFailure(machine, args, finished);
  if (others.length > 0) await leaveOut(machine, others, report);
}
