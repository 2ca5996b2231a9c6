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
  const { url, contentUrl, gpgVerify, gpgKeyPath, signVerify, ed25519KeyPath } = remote;
  const { tlsCaPath, tlsClientCertPath, tlsClientKeyPath, proxyUrl } = remote;
  const unsigned = unsignedProblem(guest);
  if (unsigned) throw new Failure(formatProblem(unsigned));
  requireKey(guest, 'GPGKeyPath', gpgKeyPath);
  requireKey(guest, 'Ed25519KeyPath', ed25519KeyPath);
  requireFile(guest, 'TLSCAPath', tlsCaPath);
  requireFile(guest, 'TLSClientCertPath', tlsClientCertPath);
  requireFile(guest, 'TLSClientKeyPath', tlsClientKeyPath);
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

const requireKey = (guest: Guest, key: string, file: string | undefined): void =>
  requireFile(guest, key, file, "Put the remote's public key there, or correct the path");

function requireFile(guest: Guest, key: string, file: string | undefined, remedy = 'Correct the path'): void {
  if (file === undefined || existsSync(file)) return;
  throw new Failure(`${placeOf(guest, 'Remote', key)}: ${key}=${file} does not exist`, remedy);
}

function hostRemote(guest: Guest, name: string): HostRemote {
  const found = findHostRemote(name);
  if (!found) {
    const message = `${placeOf(guest, 'Guest', 'Ref')}: the host has no remote '${name}'`;
    throw new Failure(message, `Add [Remote] with URL= to ${guest.file}, or: ostree remote add ${name} URL`);
  }
  return found;
}
