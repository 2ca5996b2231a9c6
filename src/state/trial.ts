import { renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncDirectory } from '../host/atomic-file.ts';
import type { DeploymentName } from '../ostree/names.ts';
import { lastHealthyCommit } from './past-attempts.ts';
import { stateFiles } from './state-files.ts';

/** A new deployment that has not yet been found healthy. */
export interface Trial {
  /** Its name: CHECKSUM.SERIAL. */
  readonly deployment: DeploymentName;
  /** The deployment to go back to. Undefined if the file is damaged. */
  readonly fallback: DeploymentName | undefined;
  /** Stands in for it: the commit that was last found healthy, by the history. */
  readonly lastHealthy?: string | undefined;
  /** When it was deployed, in milliseconds since 1970. */
  readonly since: number;
  readonly tries: number;
  /** The number of remaining tries. */
  readonly left: number;
}

/** The content of a trial's file; the number of remaining tries is in its name. */
export type LastingTrial = Omit<Trial, 'left' | 'lastHealthy'> & { readonly fallback: DeploymentName };

const entryOf = ({ deployment, left }: Trial): string => `${deployment}+${left}`;
const entriesOf = (guest: string, deployment: string): string[] =>
  stateFiles.trial.entries(guest).filter((entry) => entry.startsWith(`${deployment}+`));

/** Returns the trial of a deployment; undefined if it was blessed, or never had to be. */
export function readTrial(guest: string, deployment: DeploymentName | undefined): Trial | undefined {
  if (deployment === undefined) return undefined;
  const [entry] = entriesOf(guest, deployment);
  if (entry === undefined) return undefined;
  const left = Number(/\+(\d+)$/.exec(entry)?.[1] ?? 0);
  const lasting = stateFiles.trial.read(guest, entry) ?? byName(guest, entry, deployment, left);
  return lasting && { ...lasting, left };
}

/**
 * Recovers a trial from the name of its damaged file; undefined if the file has gone meanwhile. The name does not say how many
 * tries it had: at least as many as are left.
 */
function byName(guest: string, entry: string, deployment: DeploymentName, left: number) {
  const stat = statSync(stateFiles.trial.path(guest, entry), { throwIfNoEntry: false });
  if (!stat) return undefined;
  const lastHealthy = lastHealthyCommit(guest);
  return { deployment, fallback: undefined, lastHealthy, since: stat.mtimeMs, tries: Math.max(left, 1) };
}

export function beginTrial(guest: string, { left, ...lasting }: LastingTrial & Pick<Trial, 'left'>): void {
  stateFiles.trial.write(guest, lasting, entryOf({ ...lasting, left }));
}

/**
 * Counts one start. The count is in the file's name, as boot loaders keep it (systemd-bless-boot.service(8)): a
 * rename is one step, and works on a full disk.
 */
export function countTry(guest: string, trial: Trial, by = -1): void {
  const next = stateFiles.trial.path(guest, entryOf({ ...trial, left: trial.left + by }));
  renameSync(stateFiles.trial.path(guest, entryOf(trial)), next);
  syncDirectory(dirname(next));
}

/**
 * Finds the deployment to go back to if a trial fails; `deployments` is the boot list. If the file is damaged, the next one in the
 * list need not be good: it may have been replaced before its own verdict.
 */
export function fallbackOf<T extends { readonly name: string }>(
  { deployment, fallback, lastHealthy }: Trial,
  deployments: readonly T[],
): T | undefined {
  if (fallback !== undefined) return deployments.find(({ name }) => name === fallback);
  const others = deployments.slice(deployments.findIndex(({ name }) => name === deployment) + 1);
  return others.find(({ name }) => name.startsWith(`${lastHealthy}.`)) ?? others[0];
}

/** Uncounts the last start, which failed for a reason outside of the deployment. */
export function uncountTry(guest: string, trial: Trial): void {
  if (trial.left < trial.tries) countTry(guest, trial, +1);
}

/** Ends the trial of one deployment only: another trial may have begun since the verdict. */
export function endTrial(guest: string, deployment: DeploymentName): void {
  for (const entry of entriesOf(guest, deployment)) stateFiles.trial.remove(guest, entry);
}

/** Ends all trials except those of the named deployments: a deployment was given up or superseded. */
export function endTrials(guest: string, ...others: readonly DeploymentName[]): void {
  for (const entry of stateFiles.trial.entries(guest))
    if (!others.some((deployment) => entry.startsWith(`${deployment}+`)))
      stateFiles.trial.remove(guest, entry);
}
