import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { runConfined } from '../../host/confined.ts';
import { Failure } from '../../host/failure.ts';
import {
  comparePackages,
  type PackageChange,
  type PackageVersions,
  parseDpkgStatus,
  parseRpmList,
} from './package-changes.ts';
import type { RepositoryReader } from './read-repository.ts';
import { compareDebVersions, compareRpmVersions } from './versions.ts';

/** The package databases of trees for OSTree. They are not in /var, which is no part of a tree. */
const dpkgFiles = ['/usr/lib/sysimage/dpkg/status', '/usr/share/dpkg/status'];
const rpmDirectories = ['/usr/lib/sysimage/rpm', '/usr/share/rpm'];

/** Compares the packages of two commits. Returns undefined if they have no known package database. */
export async function diffPackages(
  reader: RepositoryReader,
  from: string,
  to: string,
): Promise<PackageChange[] | undefined> {
  const oldDeb = await dpkgPackages(reader, from);
  const newDeb = oldDeb && (await dpkgPackages(reader, to));
  if (newDeb) return comparePackages(oldDeb, newDeb, compareDebVersions);
  const oldRpm = await rpmPackages(reader, from);
  const newRpm = oldRpm && (await rpmPackages(reader, to));
  if (newRpm) return comparePackages(oldRpm, newRpm, compareRpmVersions);
  return undefined;
}

async function dpkgPackages(reader: RepositoryReader, commit: string): Promise<PackageVersions | undefined> {
  for (const file of dpkgFiles) {
    const { exitCode, stdout } = await reader.attempt('cat', commit, file);
    if (exitCode === 0) return parseDpkgStatus(stdout);
  }
  return undefined;
}

async function rpmPackages(reader: RepositoryReader, commit: string): Promise<PackageVersions | undefined> {
  for (const directory of rpmDirectories) {
    const { exitCode, stdout } = await reader.attempt('ls', commit, directory);
    if (exitCode === 0 && /\/(rpmdb\.sqlite|Packages(\.db)?)$/m.test(stdout))
      return listRpms(reader, commit, directory);
  }
  return undefined;
}

/** Copies the database to disk for rpm, which locks it. */
async function listRpms(
  reader: RepositoryReader,
  commit: string,
  directory: string,
): Promise<PackageVersions> {
  const work = mkdtempSync(`${tmpdir()}/ostree-guests-`);
  try {
    const copy = ['--user-mode', '--force-copy', `--subpath=${directory}`, commit, `${work}/rpm`];
    await reader.writingTo(work).read(`Cannot read ${directory} of ${commit}`, 'checkout', ...copy);
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
