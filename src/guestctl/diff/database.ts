import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { runConfined } from '../../host/confined.ts';
import { Failure } from '../../host/failure.ts';
import { ostree, tryOstree } from '../../ostree/ostree.ts';
import {
  comparePackages,
  type PackageChange,
  type PackageVersions,
  parseDpkgStatus,
  parseRpmList,
} from './package-changes.ts';
import { compareDebVersions, compareRpmVersions } from './versions.ts';

/** The package databases of trees for OSTree. They are not in /var, which is no part of a tree. */
const dpkgFiles = ['/usr/lib/sysimage/dpkg/status', '/usr/share/dpkg/status'];
const rpmDirectories = ['/usr/lib/sysimage/rpm', '/usr/share/rpm'];

/** Compares the packages of two commits. Returns undefined if they have no known package database. */
export async function diffPackages(
  repository: string,
  from: string,
  to: string,
): Promise<PackageChange[] | undefined> {
  const [oldDeb, newDeb] = [await dpkgPackages(repository, from), await dpkgPackages(repository, to)];
  if (oldDeb && newDeb) return comparePackages(oldDeb, newDeb, compareDebVersions);
  const [oldRpm, newRpm] = [await rpmPackages(repository, from), await rpmPackages(repository, to)];
  if (oldRpm && newRpm) return comparePackages(oldRpm, newRpm, compareRpmVersions);
  return undefined;
}

async function dpkgPackages(repository: string, commit: string): Promise<PackageVersions | undefined> {
  for (const file of dpkgFiles) {
    const { exitCode, stdout } = await tryOstree(`--repo=${repository}`, 'cat', commit, file);
    if (exitCode === 0) return parseDpkgStatus(stdout);
  }
  return undefined;
}

async function rpmPackages(repository: string, commit: string): Promise<PackageVersions | undefined> {
  for (const directory of rpmDirectories) {
    const { exitCode, stdout } = await tryOstree(`--repo=${repository}`, 'ls', commit, directory);
    if (exitCode === 0 && /\/(rpmdb\.sqlite|Packages(\.db)?)$/m.test(stdout))
      return listRpms(repository, commit, directory);
  }
  return undefined;
}

/** Copies the database to disk for rpm, which locks it. */
async function listRpms(repository: string, commit: string, directory: string): Promise<PackageVersions> {
  const work = mkdtempSync(`${tmpdir()}/ostree-guests-`);
  try {
    const copy = ['--user-mode', '--force-copy', `--subpath=${directory}`, commit, `${work}/rpm`];
    await ostree(`Cannot read ${directory} of ${commit}`, `--repo=${repository}`, 'checkout', ...copy);
    const format = '%{NAME}.%{ARCH}\\t%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\\n';
    // rpm always opens the database for writing, and follows links.
    const listed = await runConfined(
      { name: `rpms-${commit.slice(0, 12)}-${process.pid}`, writable: [work], timeLimit: '5min' },
      ['rpm', `--dbpath=${work}/rpm`, '--query', '--all', `--queryformat=${format}`],
    );
    if (listed.exitCode === 0) return parseRpmList(listed.stdout);
    throw new Failure(
      `Cannot read the packages of ${commit.slice(0, 12)}: ${listed.stderr.trim()}`,
      'The tree is one of RPM packages: install rpm on this host',
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
