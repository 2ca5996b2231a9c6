import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { type Guest, placeOf } from '../../config/guest.ts';
import type { OstreeOrigin, Remote } from '../../config/origin.ts';
import { formatProblem } from '../../config/problem.ts';
import { writeAtomically } from '../../host/atomic-file.ts';
import { Failure } from '../../host/failure.ts';
import { parseKeyfile, replaceGroup } from '../../ostree/keyfile.ts';
import { configFileOf, configOf } from '../../ostree/sysroot.ts';
import { findHostRemote, type HostRemote, optionsOf } from './host-remotes.ts';
import { unsignedProblem } from './unsigned.ts';

/** Returns the remote that a guest follows: declared in its file, or configured on the host. */
export function findRemote(guest: Guest, { remote, remoteName }: OstreeOrigin): HostRemote {
  return remote ? declaredRemote(guest, remote) : hostRemote(guest, remoteName);
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

function declaredRemote(guest: Guest, remote: Remote): HostRemote {
  const unsigned = unsignedProblem(guest);
  if (unsigned) throw new Failure(formatProblem(unsigned));
  return usableRemote(remote, (key) => placeOf(guest, 'Remote', key));
}

/** Returns the configuration of a declared remote. Fails if a file is missing; `place` says where a key of the file is set. */
export function usableRemote(remote: Remote, place: (key: string) => string): HostRemote {
  const { url, contentUrl, gpgVerify, gpgKeyPath, signVerify, ed25519KeyPath } = remote;
  const { tlsCaPath, tlsClientCertPath, tlsClientKeyPath, proxyUrl } = remote;
  for (const { key, file, remedy } of namedFiles(remote))
    if (!existsSync(file)) throw new Failure(`${place(key)}: ${key}=${file} does not exist`, remedy);
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

/** Returns the files that a declared remote names, with the keys that name them. */
export const namedFiles = (remote: Remote): { key: string; file: string; remedy: string }[] =>
  [
    { key: 'GPGKeyPath', file: remote.gpgKeyPath, remedy: keyRemedy },
    { key: 'Ed25519KeyPath', file: remote.ed25519KeyPath, remedy: keyRemedy },
    { key: 'TLSCAPath', file: remote.tlsCaPath, remedy: 'Correct the path' },
    { key: 'TLSClientCertPath', file: remote.tlsClientCertPath, remedy: 'Correct the path' },
    { key: 'TLSClientKeyPath', file: remote.tlsClientKeyPath, remedy: 'Correct the path' },
  ].flatMap(({ key, file, remedy }) => (file === undefined ? [] : [{ key, file, remedy }]));

const keyRemedy = "Put the remote's public key there, or correct the path";

function hostRemote(guest: Guest, name: string): HostRemote {
  const found = findHostRemote(name);
  if (!found) {
    const message = `${placeOf(guest, 'Guest', 'Ref')}: the host has no remote '${name}'`;
    throw new Failure(message, `Add [Remote] with URL= to ${guest.file}, or: ostree remote add ${name} URL`);
  }
  return found;
}
