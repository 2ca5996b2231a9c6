// What rpm-ostree in a guest has made is judged by what it is, not by what was offered: the same packages over the same
// tree come out as another commit each time, and what is offered is told by the commit that runs.
import { isRecent } from '../../host/clock.ts';
import { sha256 } from '../../host/digest.ts';
import type { RpmOstreeDeployment } from '../../machine/rpm-ostree.ts';
import { readRefused, writeRefused } from '../../state/refused.ts';
import { noteContent, type Rejection, readRejection, rejectedCommits } from '../../state/rejected.ts';

/** What two commits have in common that differ in the time they were made; undefined where the commit says it all. */
export function contentOf(deployment: RpmOstreeDeployment): string | undefined {
  const base = deployment['base-checksum'];
  const state = deployment['layered-commit-meta']?.['rpmostree.state-sha512'];
  if (base !== undefined) return state === undefined ? undefined : `${base} ${state}`;
  return deployment['container-image-reference-digest'];
}

/** Keeps what rejected deployments consist of, while they are there to be asked. */
export function noteRejected(guest: string, deployments: readonly RpmOstreeDeployment[]): void {
  for (const deployment of deployments) {
    const content = contentOf(deployment);
    if (content !== undefined) noteContent(guest, deployment.checksum, content);
  }
}

/** Why a deployment is not to be booted: it, or one with the same content, failed before. */
export function rejectionOf(guest: string, deployment: RpmOstreeDeployment): Rejection | undefined {
  const content = contentOf(deployment);
  return (
    readRejection(guest, deployment.checksum) ??
    rejectedCommits(guest).find((one) => content !== undefined && one.content === content)
  );
}

const day = 24 * 3600 * 1000;

export const digestOfAttempt = (...parts: readonly unknown[]): string => sha256(JSON.stringify(parts));

export const rememberRefused = (guest: string, attempt: string, rejected: string): void =>
  writeRefused(guest, { attempt, rejected, time: Date.now() });

/**
 * Why an attempt need not be made again: it was made within a day, and what came out of it is still rejected. After a day
 * it is, because an offer does not name all packages that it would bring.
 */
export function refusedBefore(guest: string, attempt: string): Rejection | undefined {
  const refused = readRefused(guest);
  if (refused?.attempt !== attempt || !isRecent(refused.time, day)) return undefined;
  return readRejection(guest, refused.rejected);
}
