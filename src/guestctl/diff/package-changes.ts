import type { Compare } from './versions.ts';

/** The versions of a tree's packages by name. Packages that may be installed for several architectures have theirs in the name. */
export type PackageVersions = ReadonlyMap<string, string>;

export interface PackageChange {
  readonly name: string;
  readonly change: 'added' | 'removed' | 'upgraded' | 'downgraded';
  readonly from?: string;
  readonly to?: string;
}

/** Parses the installed packages of /var/lib/dpkg/status: dpkg(1). */
export function parseDpkgStatus(text: string): PackageVersions {
  const packages = new Map<string, string>();
  for (const record of text.split(/\n\n+/)) {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(record)?.[1];
    const [name, version] = [field('Package'), field('Version')];
    if (!name || !version || !/ installed$/.test(field('Status') ?? '')) continue;
    // Only such a package can be installed for two architectures.
    const isMulti = field('Multi-Arch') === 'same';
    packages.set(isMulti ? `${name}:${field('Architecture')}` : name, version);
  }
  return packages;
}

/** Parses lines of NAME, a tab and the version, from rpm. Skips keys, which rpm lists as packages. */
export function parseRpmList(text: string): PackageVersions {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const packages = lines.flatMap(([name = '', version]) =>
    version === undefined || name.startsWith('gpg-pubkey') ? [] : [[name, withoutZero(version)] as const],
  );
  // Some packages, such as kernels, are installed in several versions.
  const count = (wanted: string) => packages.filter(([name]) => name === wanted).length;
  return new Map(packages.map(([name, version]) => [count(name) > 1 ? `${name}-${version}` : name, version]));
}

/** Removes an epoch of 0, which means no epoch. */
const withoutZero = (version: string): string => version.replace(/^0:/, '');

/** Lists the differences, sorted by name. */
export function comparePackages(
  from: PackageVersions,
  to: PackageVersions,
  compare: Compare,
): PackageChange[] {
  const names = [...new Set([...from.keys(), ...to.keys()])].sort();
  return names.flatMap((name): PackageChange[] => {
    const [old, now] = [from.get(name), to.get(name)];
    if (old === now) return [];
    if (now === undefined) return [{ name, change: 'removed', ...(old && { from: old }) }];
    if (old === undefined) return [{ name, change: 'added', to: now }];
    return [{ name, change: compare(old, now) > 0 ? 'downgraded' : 'upgraded', from: old, to: now }];
  });
}
