import { existsSync } from 'node:fs';
import { type Guest, originPlace, placeOf } from '../../config/guest.ts';
import type { OstreeOrigin } from '../../config/origin.ts';
import { roomsOf, runConfined, treeCapabilities } from '../../host/confined.ts';
import { type Finished, run } from '../../host/process.ts';
import { repositoryOf } from '../../ostree/repository.ts';

/** The guest or the build whose repository pulls from a remote. */
export interface Puller {
  readonly repository: string;
  /** All of its directories. */
  readonly rooms: readonly string[];
  /** The name of its unit, without `ostree-guest-`. */
  readonly unit: string;
  /** Where its file names the remote, as FILE:LINE. */
  readonly place: string;
  /** What to do to go back to an older commit. */
  readonly goingBack: string;
}

export const guestAsPuller = (guest: Guest, { remote }: OstreeOrigin): Puller => ({
  repository: repositoryOf(guest.sysroot),
  rooms: roomsOf(guest),
  unit: `look-${guest.name}`,
  place: remote ? placeOf(guest, 'Remote', 'URL') : originPlace(guest),
  goingBack: 'To go back to it all the same, set AllowDowngrade=yes in [Update]',
});

/** The time limit for the answer of a remote, in milliseconds. The answer has a few kB. */
export const answerTime = 10 * 60_000;

type RemoteRef = Pick<OstreeOrigin, 'remoteName' | 'ref'>;

/** Asks a remote for the commit of a ref that must not be older than `older`, as src/steps/update/ask-first does. */
export const pullMetadata = (
  repository: string,
  ref: RemoteRef,
  older: string | undefined,
): Promise<Finished> => run('ostree', metadataPull(repository, ref, older), { timeout: answerTime });

const metadataPull = (repository: string, { remoteName, ref }: RemoteRef, older: string | undefined) => [
  `--repo=${repository}`,
  'pull',
  '--commit-metadata-only',
  ...(older === undefined ? [] : [`--timestamp-check-from-rev=${older}`]),
  remoteName,
  ref,
];

/** Does so in a process of its own if the remote is in a directory that the caller does not see. */
export async function pullMetadataFrom(
  readable: readonly string[],
  puller: Puller,
  ref: RemoteRef,
  older: string | undefined,
): Promise<Finished> {
  const isSeen = readable.every((path) => existsSync(path));
  return isSeen
    ? pullMetadata(puller.repository, ref, older)
    : pullMetadataConfined(readable, puller, ref, older);
}

/** Does so in a process that sees only what it needs. */
export const pullMetadataConfined = (
  readable: readonly string[],
  { repository, rooms, unit }: Puller,
  ref: RemoteRef,
  older: string | undefined,
): Promise<Finished> =>
  runConfined(
    {
      name: unit,
      writable: rooms,
      readable,
      network: true,
      capabilities: treeCapabilities,
      timeLimit: '10min',
    },
    ['ostree', ...metadataPull(repository, ref, older)],
  );

/** Has objects from a directory checked, which OSTree does not do by default: anybody may have written to a USB stick. */
export const checked = (url: string): string[] => (url.startsWith('file://') ? ['--untrusted'] : []);
