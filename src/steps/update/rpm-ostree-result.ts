// Judges the result of rpm-ostree in a guest, not its offer: the same packages over the same
// tree become another commit each time, and an offer may be named by the running commit.

import { isRecent } from '../../host/clock.ts';
import { sha256 } from '../../host/digest.ts';
import type { RpmOstreeDeployment } from '../../machine/rpm-ostree.ts';
import type { Checksum } from '../../ostree/names.ts';
import { readRefused, writeRefused } from '../../state/refused.ts';
import { noteContent, type Rejection, readRejection, rejectedCommits } from '../../state/rejected.ts';

/** Returns what commits with the same content have in common, except for their time; undefined if the commit alone identifies it. */
export function contentOf(deployment: RpmOstreeDeployment): string | undefined {
  const base = deployment['base-checksum'];
  const state = deployment['layered-commit-meta']?.['rpmostree.state-sha512'];
  if (base !== undefined) return state === undefined ? undefined : `${base} ${state}`;
  return deployment['container-image-reference-digest'];
}

/** Records the content of rejected deployments while they exist. */
export function noteRejected(guest: string, deployments: readonly RpmOstreeDeployment[]): void {
  for (const deployment of deployments) {
    const content = contentOf(deployment);
    if (content !== undefined) noteContent(guest, deployment.checksum, content);
  }
}

/** Returns the rejection of a deployment, or of one with the same content. */
export function rejectionOf(guest: string, deployment: RpmOstreeDeployment): Rejection | undefined {
  const content = contentOf(deployment);
  return (
    readRejection(guest, deployment.checksum) ??
    rejectedCommits(guest).find((one) => content !== undefined && one.content === content)
  );
}

const day = 24 * 3600 * 1000;

export const digestOfAttempt = (...parts: readonly unknown[]): string => sha256(JSON.stringify(parts));

export const rememberRefused = (guest: string, attempt: string, rejected: Checksum): void =>
  writeRefused(guest, { attempt, rejected, time: Date.now() });

/**
 * Returns why an attempt is not repeated: it was made within a day, and its result is still rejected. After a day
 * it is repeated, because an offer does not name all its packages.
 */
export function refusedBefore(guest: string, attempt: string): Rejection | undefined {
  const refused = readRefused(guest);
  if (refused?.attempt !== attempt || !isRecent(refused.time, day)) return undefined;
  return readRejection(guest, refused.rejected);
}
