import { copyFileSync, rmSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { placeOf } from '../../config/guest.ts';
import type { OstreeOrigin, Remote, RemoteSection } from '../../config/origin.ts';
import { topOf } from '../../config/positions.ts';
import { formatProblem } from '../../config/problem.ts';
import type { Values } from '../../config/values.ts';
import { writeAtomically } from '../../host/atomic-file.ts';
import { Failure, failureAt } from '../../host/failure.ts';
import { parseKeyfile, replaceGroup } from '../../ostree/keyfile.ts';
import { configFileOf, configOf } from '../../ostree/sysroot.ts';
import { findHostRemote, type HostRemote, optionsOf } from './host-remotes.ts';
import { missingRemoteFiles } from './missing-remote-files.ts';
import { unsignedRemote } from './unsigned.ts';

/** Returns the remote that a file names: declared there, or configured on the host. `key` names the ref: section and key. */
export function findRemote(
  declaring: Declaring,
  { remote, remoteName }: OstreeOrigin,
  key: readonly [string, string] = ['Guest', 'Ref'],
): HostRemote {
  return remote ? declaredRemote(remote, declaring, 'Remote') : hostRemote(declaring, remoteName, key);
}

/** Writes the configuration and the keys of a remote into a guest's repository. */
export function configureRemote(repository: string, name: string, { options, keyring }: HostRemote): void {
  // Copied before each pull, so that the guest follows changes of the host's keys.
  const ourKeyring = `${repository}/${name}.trustedkeys.gpg`;
  if (keyring) copyFileSync(keyring, ourKeyring);
  else rmSync(ourKeyring, { force: true });

  if (isConfigured(repository, name, options)) return;
  // Does not use ostree-remote(1): every user can read its arguments, and a URL may have a password.
  const config = replaceGroup(configOf(repository), `remote "${name}"`, options);
  writeAtomically(configFileOf(repository), config);
}

/** True if a repository has these options of a remote. */
export const isConfigured = (repository: string, name: string, options: HostRemote['options']): boolean =>
  isDeepStrictEqual(parseKeyfile(configOf(repository))[`remote "${name}"`], options);

/** The guest, the build or the mirror that declares a remote. */
interface Declaring {
  readonly values: Values;
  readonly file: string;
}

/**
 * Returns the configuration of a remote that a section declares. Fails if it takes unsigned commits that others can make, or
 * needs files that this host does not have.
 */
export function declaredRemote(
  remote: Remote,
  { values, file }: Declaring,
  section: RemoteSection,
): HostRemote {
  const unsigned = unsignedRemote(remote, values, section, topOf(file));
  if (unsigned) throw new Failure(formatProblem(unsigned));
  const [missing] = missingRemoteFiles(values, section);
  if (missing) throw failureAt(missing);
  const { url, contentUrl, gpgVerify, gpgKeyPath, signVerify, ed25519KeyPath } = remote;
  const { tlsCaPath, tlsClientCertPath, tlsClientKeyPath, proxyUrl } = remote;
  return {
    options: {
      ...optionsOf(url),
      'gpg-verify': String(gpgVerify),
      ...(contentUrl && { contenturl: contentUrl }),
      ...(gpgKeyPath && { gpgkeypath: gpgKeyPath }),
      ...(signVerify && { 'sign-verify': 'true' }),
      ...(ed25519KeyPath && { 'verification-ed25519-file': ed25519KeyPath }),
      ...(tlsCaPath && { 'tls-ca-path': tlsCaPath }),
      ...(tlsClientCertPath && { 'tls-client-cert-path': tlsClientCertPath }),
      ...(tlsClientKeyPath && { 'tls-client-key-path': tlsClientKeyPath }),
      ...(proxyUrl && { proxy: proxyUrl }),
    },
  };
}

function hostRemote(
  declaring: Declaring,
  name: string,
  [section, key]: readonly [string, string],
): HostRemote {
  const found = findHostRemote(name);
  if (!found) {
    const message = `${placeOf(declaring, section, key)}: the host has no remote '${name}'`;
    throw new Failure(
      message,
      `Add [Remote] with URL= to ${declaring.file}, or: ostree remote add ${name} URL`,
    );
  }
  return found;
}
