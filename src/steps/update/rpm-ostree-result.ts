// Records results of rpm-ostree in a guest that were rejected. They go by their content, and not by their offer: the same
// packages over the same tree become another commit each time, and an offer may be named by the running commit.

import { isRecent, wallClock } from '../../host/clock.ts';
import { sha256 } from '../../host/digest.ts';
import type { RpmOstreeDeployment } from '../../machine/rpm-ostree.ts';
import type { Checksum } from '../../ostree/names.ts';
import { readRefused, writeRefused } from '../../state/refused.ts';
import { noteContent } from '../../state/rejected.ts';
import { contentOf, type Repetition } from './inside-rule.ts';

/** Records the content of rejected deployments while they exist. */
export function noteRejected(guest: string, deployments: readonly RpmOstreeDeployment[]): void {
  for (const deployment of deployments) {
    const content = contentOf(deployment);
    if (content !== undefined) noteContent(guest, deployment.checksum, content);
  }
}

const day = 24 * 3600 * 1000;

export const digestOfAttempt = (...parts: readonly unknown[]): string => sha256(JSON.stringify(parts));

export const rememberRefused = (guest: string, attempt: string, rejected: Checksum): void =>
  writeRefused(guest, { attempt, rejected, time: wallClock() });

/** Returns the last attempt that resulted in something rejected. */
export function lastRefused(guest: string): Pick<Repetition, 'refused' | 'isRecent'> {
  const refused = readRefused(guest);
  return { refused, isRecent: refused !== undefined && isRecent(refused.time, day) };
}
