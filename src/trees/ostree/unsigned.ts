// Finds guests and mirrors that take unsigned commits, although others can answer in place of their remote.
import type { Guest } from '../../config/guest.ts';
import type { Remote } from '../../config/origin.ts';
import { topOf } from '../../config/positions.ts';
import type { Position, Problem } from '../../config/problem.ts';
import type { Values } from '../../config/values.ts';
import { findHostRemote, urlOf } from './host-remotes.ts';

/**
 * Refuses a guest that takes unsigned commits over plain HTTP: anybody on the network can answer in place of the server. An
 * explicit GPGVerify=no in its file allows it.
 */
export const unsignedProblem = ({ origin, values, file }: Guest): Problem | undefined =>
  origin.kind === 'ostree' && origin.remote
    ? unsignedRemote(origin.remote, values, 'Remote', topOf(file))
    : undefined;

/** Like unsignedProblem(), for the remote that a section declares. */
export function unsignedRemote(
  remote: Remote,
  values: Values,
  section: string,
  top: Position,
): Problem | undefined {
  const url = unsignedUrl(remote, values, section);
  if (url === undefined || !isPlain(url)) return undefined;
  return {
    at: values.at(section, 'URL') ?? top,
    message: `Over ${url}, anybody on the network path can replace the tree: no key is declared`,
    remedy:
      'Add GPGKeyPath= or Ed25519KeyPath= with the key, or fetch over https://; if it is meant to be so, add GPGVerify=no',
  };
}

export interface Warning {
  readonly message: string;
  readonly remedy: string;
}

/** Warns about a guest that takes unsigned commits, unless its file says so: whoever controls the server controls the guest. */
export function unsignedWarning(guest: Guest): Warning | undefined {
  const { name, origin, values } = guest;
  if (origin.kind !== 'ostree') return undefined;
  const url = origin.remote && unsignedUrl(origin.remote, values, 'Remote');
  if (url !== undefined && isSecret(url))
    return {
      message: `${name} accepts any tree from ${url}: no key is declared`,
      remedy: 'Add GPGKeyPath= to [Remote], with the key; or if it is meant to be so: GPGVerify=no',
    };
  const options = (origin.remote ? undefined : findHostRemote(origin.remoteName))?.options ?? {};
  const isSigned = options['gpg-verify'] !== 'false' || (options['sign-verify'] ?? 'false') !== 'false';
  const ofHost = urlOf(options);
  if (isSigned || !isPlain(ofHost)) return undefined;
  return {
    message: `${name} accepts any tree from ${ofHost}: the host's remote '${origin.remoteName}' is not verified`,
    remedy: 'Verify it with a key (ostree remote gpg-import), or use https://: ostree-remote(1)',
  };
}

/** Returns the URL of the declared remote if commits need no signature, and the file does not say that this is intended. */
function unsignedUrl({ url, ...remote }: Remote, values: Values, section: string): string | undefined {
  if (remote.gpgVerify || remote.signVerify) return undefined;
  return values.last(section, 'GPGVerify') === undefined ? url : undefined;
}

/** Also finds URLs of mirror lists, as ostree-remote(1) takes them. */
const isPlain = (url: string): boolean => /^(mirrorlist=|metalink=)?http:/i.test(url);
const isSecret = (url: string): boolean => /^(mirrorlist=|metalink=)?https:/i.test(url);
