import { mkdirSync, renameSync } from 'node:fs';
import { syncDirectory } from '../host/atomic-file.ts';
import { listJson, readJson, removeFile, stateFile, writeJson } from './state-file.ts';

/** A fresh deployment that has not yet been found healthy. */
export interface Trial {
  /** It, and the one to go back to: CHECKSUM.SERIAL. */
  readonly deployment: string;
  readonly fallback: string;
  /** When it was deployed, in milliseconds since 1970. */
  readonly since: number;
  readonly tries: number;
  /** Of its tries, those that it has not used. */
  readonly left: number;
}

const directoryOf = (guest: string): string => stateFile(guest, 'trials');
const fileOf = (guest: string, { deployment, left }: Trial): string =>
  `${directoryOf(guest)}/${deployment}+${left}.json`;

/** The trial of a deployment; nothing where it was blessed, or never had to be. */
export function readTrial(guest: string, deployment: string | undefined): Trial | undefined {
  if (deployment === undefined) return undefined;
  const name = trialFiles(guest).find((file) => file.startsWith(`${deployment}+`));
  const trial = name && readJson<Omit<Trial, 'left'>>(`${directoryOf(guest)}/${name}`);
  return trial ? { ...trial, left: Number(/\+(\d+)\.json$/.exec(name)?.[1] ?? 0) } : undefined;
}

export function beginTrial(guest: string, trial: Trial): void {
  mkdirSync(directoryOf(guest), { recursive: true });
  const { left: _, ...lasting } = trial;
  writeJson(fileOf(guest, trial), lasting);
}

/**
 * Counts one start. The count is in the file's name, as boot loaders keep it (systemd-bless-boot.service(8)): a
 * rename is one step, and works on a full disk.
 */
export function countTry(guest: string, trial: Trial, by = -1): void {
  renameSync(fileOf(guest, trial), fileOf(guest, { ...trial, left: trial.left + by }));
  syncDirectory(directoryOf(guest));
}

/** Takes back the last start that was counted: it failed for a reason that is not the deployment's. */
export function uncountTry(guest: string, trial: Trial): void {
  if (trial.left < trial.tries) countTry(guest, trial, +1);
}

/** Ends the trial of one deployment, and no other: another one may have begun since that was judged. */
export function endTrial(guest: string, deployment: string): void {
  for (const name of trialFiles(guest))
    if (name.startsWith(`${deployment}+`)) removeFile(`${directoryOf(guest)}/${name}`);
}

/** Ends all trials but those of the deployments named: a deployment was given up or superseded. */
export function endTrials(guest: string, ...others: readonly string[]): void {
  for (const name of trialFiles(guest)) {
    if (!others.some((deployment) => name.startsWith(`${deployment}+`)))
      removeFile(`${directoryOf(guest)}/${name}`);
  }
}

const trialFiles = (guest: string): string[] => listJson(directoryOf(guest));
