import { printableLine } from '../../host/printable.ts';
import type { Difference, End } from '../diff/compare.ts';
import type { FileChange } from '../diff/file-changes.ts';
import type { PackageChange } from '../diff/package-changes.ts';
import type { Screen } from '../screen.ts';
import { undeployedJson } from './json.ts';
import { short, undeployedWords } from './wording.ts';
import { wrapped } from './wrapped.ts';

/** Prints the changes of an update: packages first, then the number of changed files in each directory; with -o wide each file. */
export function diffText(difference: Difference, screen: Screen): string {
  const { from, to, failure, packages, files, etc, unmergeable } = difference;
  return [
    `${endWords(from)} -> ${endWords(to)}`,
    ...(failure ? ['', ...wrapped(undeployedWords(failure), screen.width, '')] : []),
    ...(packages === undefined
      ? ['', 'The trees have no package database of dpkg or rpm']
      : packageLines(packages)),
    ...fileLines(files, screen.wide),
    ...pathLines(stays, etc),
    ...pathLines(stops, unmergeable),
  ].join('\n');
}

const endWords = ({ checksum, version }: End): string =>
  version === undefined ? short(checksum) : `${printableLine(version)} (${short(checksum)})`;

function packageLines(packages: readonly PackageChange[]): string[] {
  if (packages.length === 0) return ['', 'The packages are the same'];
  return (['upgraded', 'downgraded', 'removed', 'added'] as const).flatMap((change) => {
    const lines = packages.filter((one) => one.change === change).map(packageWords);
    return lines.length === 0 ? [] : ['', `${lines.length} ${change}:`, ...lines];
  });
}

const packageWords = ({ name, from, to }: PackageChange): string =>
  printableLine(`  ${name} ${[from, to].filter((version) => version !== undefined).join(' -> ')}`);

const letters = { added: 'A', removed: 'D', changed: 'M' } as const;

function fileLines(files: readonly FileChange[], wide: boolean): string[] {
  if (files.length === 0) return ['', 'The files are the same'];
  if (wide)
    return ['', 'Files:', ...files.map(({ change, path }) => `  ${letters[change]} ${printableLine(path)}`)];
  const count = (change: FileChange['change']) => files.filter((file) => file.change === change).length;
  const counts = `${count('changed')} changed, ${count('added')} added, ${count('removed')} removed`;
  return ['', `Files: ${counts} (list them: -o wide)`];
}

const stays = 'Changed both on this machine and by the update; the one on the machine stays:';
const stops = 'Not mergeable: a file here, a directory in the update. Rename or remove each:';

const pathLines = (about: string, paths: readonly string[]): string[] =>
  paths.length === 0 ? [] : ['', about, ...paths.map((path) => `  ${printableLine(path)}`)];

export const diffJson = ({ from, to, failure, packages, files, etc, unmergeable }: Difference) => ({
  from: endJson(from),
  to: endJson(to),
  failure: undeployedJson(failure),
  packages:
    packages?.map(({ name, change, from: old, to: now }) => ({
      name,
      change,
      from: old ?? null,
      to: now ?? null,
    })) ?? null,
  files,
  etc,
  unmergeable,
});

const endJson = ({ checksum, version }: End) => ({ checksum, version: version ?? null });
