// Checks the remotes of guests, builds and mirrors against this host.
import type { OstreeOrigin, Remote, RemoteSection } from '../../config/origin.ts';
import { topOf } from '../../config/positions.ts';
import type { Position, Problem } from '../../config/problem.ts';
import type { Values } from '../../config/values.ts';
import { features } from '../../ostree/ostree.ts';
import { findHostRemote } from '../../trees/ostree/host-remotes.ts';
import { missingRemoteFiles } from '../../trees/ostree/missing-remote-files.ts';
import { unsignedRemote } from '../../trees/ostree/unsigned.ts';

/** Checks the remote that a section of a build or a mirror declares. */
export async function verifyRemote(
  remote: Remote,
  { values, file }: { readonly values: Values; readonly file: string },
  section: RemoteSection,
): Promise<Problem[]> {
  const unsigned = unsignedRemote(remote, values, section, topOf(file));
  return [
    ...(unsigned ? [unsigned] : []),
    ...missingRemoteFiles(values, section),
    ...(await ed25519Problems(values, section)),
  ];
}

/** Checks that the host has the remote of an origin, if its file does not declare it. `at` names it. */
export function missingRemote({ remote, remoteName }: OstreeOrigin, at: Position): Problem[] {
  if (remote || findHostRemote(remoteName)) return [];
  const message = `The host has no remote '${remoteName}'`;
  return [{ at, message, remedy: `Add [Remote] with URL=, or: ostree remote add ${remoteName} URL` }];
}

/** Checks ed25519 keys: builds of ostree without support refuse every commit: ostree --version, Features. */
export async function ed25519Problems(values: Values, section: RemoteSection): Promise<Problem[]> {
  const path = values.final(section, 'Ed25519KeyPath');
  if (!path || (await features()).includes('sign-ed25519')) return [];
  const message = "this host's ostree does not support ed25519 signatures, and would refuse every commit";
  return [{ at: path.at, message, remedy: 'Use GPGKeyPath=, or a build of ostree that supports them' }];
}
