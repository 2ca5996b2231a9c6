import type { Compare } from './versions.ts';

/** The packages of a tree: names, with the architecture where that takes part, and versions. */
export type Packages = ReadonlyMap<string, string>;

export interface PackageChange {
  readonly name: string;
  readonly change: 'added' | 'removed' | 'upgraded' | 'downgraded';
  readonly from?: string;
  readonly to?: string;
}

/** What is installed by /var/lib/dpkg/status: dpkg(1). */
export function parseDpkgStatus(text: string): Packages {
  const packages = new Map<string, string>();
  for (const record of text.split(/\n\n+/)) {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(record)?.[1];
    const [name, version] = [field('Package'), field('Version')];
    if (!name || !version || !/ installed$/.test(field('Status') ?? '')) continue;
    // Only of such a package can there be two.
    const isMulti = field('Multi-Arch') === 'same';
    packages.set(isMulti ? `${name}:${field('Architecture')}` : name, version);
  }
  return packages;
}

/** Lines of NAME, a tab and the version, as rpm was asked to print them; keys are packages for it, too. */
export function parseRpmList(text: string): Packages {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const packages = lines.flatMap(([name = '', version]) =>
    version === undefined || name.startsWith('gpg-pubkey') ? [] : [[name, withoutZero(version)] as const],
  );
  // Of some, such as kernels, there are several: they differ by their version alone.
  const count = (wanted: string) => packages.filter(([name]) => name === wanted).length;
  return new Map(packages.map(([name, version]) => [count(name) > 1 ? `${name}-${version}` : name, version]));
}

/** An epoch of 0 is none. */
const withoutZero = (version: string): string => version.replace(/^0:/, '');

/** In the order of their names. */
export function comparePackages(from: Packages, to: Packages, compare: Compare): PackageChange[] {
  const names = [...new Set([...from.keys(), ...to.keys()])].sort();
  return names.flatMap((name): PackageChange[] => {
    const [old, now] = [from.get(name), to.get(name)];
    if (old === now) return [];
    if (now === undefined) return [{ name, change: 'removed', ...(old && { from: old }) }];
    if (old === undefined) return [{ name, change: 'added', to: now }];
    return [{ name, change: compare(old, now) > 0 ? 'downgraded' : 'upgraded', from: old, to: now }];
  });
}
