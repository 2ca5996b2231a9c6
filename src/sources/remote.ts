import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { type Guest, placeOf, type Remote } from '../config/guest.ts';
import { Failure } from '../failure.ts';
import { parseKeyfile } from '../ostree/keyfile.ts';
import { ostree } from '../ostree/ostree.ts';
import { configOf } from '../ostree/sysroot.ts';
import { findHostRemote, type HostRemote } from './host-remotes.ts';

/** The remote that a guest is to follow, declared in its file or configured on the host. */
export function findRemote(guest: Guest): HostRemote {
  return guest.remote ? declaredRemote(guest, guest.remote) : hostRemote(guest);
}

/** Brings a remote of a guest's repository to what it is to be. */
export async function configureRemote(
  repository: string,
  name: string,
  { options, keyring }: HostRemote,
): Promise<void> {
  // Looked up at each pull, so this follows a change of the host's keys.
  const ourKeyring = `${repository}/${name}.trustedkeys.gpg`;
  if (keyring) copyFileSync(keyring, ourKeyring);
  else rmSync(ourKeyring, { force: true });

  if (isDeepStrictEqual(parseKeyfile(configOf(repository))[`remote "${name}"`], options)) return;
  const { url = '', ...others } = options;
  const set = Object.entries(others).map(([key, value]) => `--set=${key}=${value}`);
  const what = `Cannot configure the remote '${name}' in ${repository}`;
  await ostree(what, `--repo=${repository}`, 'remote', 'add', '--force', ...set, name, url);
}

function declaredRemote(guest: Guest, { url, gpgVerify, gpgKeyPath }: Remote): HostRemote {
  if (gpgKeyPath && !existsSync(gpgKeyPath)) {
    const message = `${placeOf(guest, 'Remote', 'GPGKeyPath')}: GPGKeyPath=${gpgKeyPath} does not exist`;
    throw new Failure(message, "Put the remote's public key there, or correct the path");
  }
  return { options: { url, 'gpg-verify': String(gpgVerify), ...(gpgKeyPath && { gpgkeypath: gpgKeyPath }) } };
}

function hostRemote(guest: Guest): HostRemote {
  const found = findHostRemote(guest.remoteName);
  if (!found) {
    const message = `${placeOf(guest, 'Guest', 'Ref')}: the host has no remote '${guest.remoteName}'`;
    throw new Failure(
      message,
      `Add [Remote] with URL= to ${guest.file}, or: ostree remote add ${guest.remoteName} URL`,
    );
  }
  return found;
}
