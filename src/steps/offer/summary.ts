import { chmodSync, existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { replaceLink, syncDirectory, syncFile } from '../../host/atomic-file.ts';
import { makeDirectories } from '../../host/make-directories.ts';
import { unlessMissing } from '../../host/node-files.ts';
import { ownPartOf } from '../../ostree/archive.ts';
import { ostree } from '../../ostree/ostree.ts';

/** How a summary is made. */
export interface SummaryKind {
  /** Undefined to leave it unsigned. */
  readonly signer: SummarySigner | undefined;
}

export interface SummarySigner {
  /** The options by which ostree signs it. */
  readonly summaryOptions: readonly string[];
  /** Adds the signatures that ostree does not make, to `summary.sig` in a directory. */
  completeSummary(directory: string): void;
}

/** The summary and its signature: clients that verify it fail if the two do not belong together. */
const filesOf = ({ signer }: SummaryKind): readonly string[] =>
  signer ? ['summary', 'summary.sig'] : ['summary'];

export const hasSummary = (repository: string, kind: SummaryKind): boolean =>
  filesOf(kind).every((file) => existsSync(`${repository}/${file}`));

/**
 * Replaces the summary and its signature together. Both are links through one link, which is replaced by one rename: even if a run
 * is killed, they belong together. ostree itself replaces one after the other.
 */
export async function writeSummary(repository: string, kind: SummaryKind): Promise<void> {
  const own = ownPartOf(repository);
  const directory = mkdtempSync(`${own}/summary-`);
  await makeIn(directory, repository, kind);
  const name = basename(directory);
  lead(`${own}/summary`, name);
  for (const file of filesOf(kind)) lead(`${repository}/${file}`, `${basename(own)}/summary/${file}`);
  const old = readdirSync(own).filter((entry) => entry.startsWith('summary-') && entry !== name);
  for (const entry of old) rmSync(`${own}/${entry}`, { recursive: true });
}

/** Makes both in a temporary repository that shares everything else with this one, and removes all but the two from it. */
async function makeIn(directory: string, repository: string, kind: SummaryKind): Promise<void> {
  // ostree writes the indexes of deltas, too, which belong into the repository.
  makeDirectories(`${repository}/delta-indexes`);
  const shared = readdirSync(repository).filter((name) => !/^(summary|\.lock|ostree-guests)/.test(name));
  for (const name of shared) symlinkSync(`../../${name}`, `${directory}/${name}`);
  const options = kind.signer?.summaryOptions ?? [];
  await ostree('Cannot make the summary', `--repo=${directory}`, 'summary', '--update', ...options);
  kind.signer?.completeSummary(directory);
  const files = filesOf(kind);
  const others = readdirSync(directory).filter((name) => !files.includes(name));
  for (const name of others) rmSync(`${directory}/${name}`);
  for (const file of files) syncFile(`${directory}/${file}`);
  chmodSync(directory, 0o755);
  syncDirectory(directory);
}

/** Points a link of the repository to `target`, and flushes it to disk. */
function lead(link: string, target: string): void {
  if (linkOf(link) === target) return;
  replaceLink(link, target);
  syncDirectory(dirname(link));
}

/** Returns undefined if there is no link. */
function linkOf(path: string): string | undefined {
  try {
    return unlessMissing(() => readlinkSync(path));
  } catch {
    return undefined;
  }
}
