// lazy: QuickJS reads this file when one of its functions is called.
import { originKeys } from './origin-keys.ts';
import { isTrue } from './types.ts';
import type { Values } from './values.ts';

/** The origin of a guest's tree, one kind for each source. */
export type Origin = OstreeOrigin | OciOrigin | BuildOrigin;

/** A ref of an OSTree remote. */
export interface OstreeOrigin {
  readonly kind: 'ostree';
  /** The remote's name, as in `remote:ref`. */
  readonly remoteName: string;
  readonly ref: string;
  /** Undefined to use the host's remote of this name. */
  readonly remote?: Remote;
}

/** An OSTree remote that a guest file or a mirror file declares. */
export interface Remote extends Connection {
  readonly url: string;
  /** The server for everything that need not be signed (ostree.repo-config(5), `contenturl`). */
  readonly contentUrl?: string;
  readonly gpgVerify: boolean;
  /** A file of trusted keys, or a directory of such files (ostree.repo-config(5), `gpgkeypath`). */
  readonly gpgKeyPath?: string;
  readonly signVerify: boolean;
  /** A file of trusted keys (ostree.repo-config(5), `verification-ed25519-file`). */
  readonly ed25519KeyPath?: string;
}

/** How a remote is reached: ostree.repo-config(5). */
interface Connection {
  /** The certificates that may sign that of the server (`tls-ca-path`). Default: those of the host. */
  readonly tlsCaPath?: string;
  /** A certificate for the server, and its key (`tls-client-cert-path`, `tls-client-key-path`). */
  readonly tlsClientCertPath?: string;
  readonly tlsClientKeyPath?: string;
  /** The proxy to the server (`proxy`). */
  readonly proxyUrl?: string;
}

/** An OCI or Docker image. */
export interface OciOrigin {
  readonly kind: 'oci';
  /** As skopeo(1) names it: docker://REGISTRY/NAME:TAG, oci:PATH:TAG or containers-storage:NAME:TAG. */
  readonly image: string;
}

/** A tree that is made on this host. */
export interface BuildOrigin {
  readonly kind: 'build';
  /** Its name: that of its file. */
  readonly build: string;
}

export function originOf(values: Values): Origin {
  const image = values.last('Guest', 'Image');
  if (image !== undefined) return { kind: 'oci', image };
  const build = values.last('Guest', 'Build');
  if (build !== undefined) return { kind: 'build', build };
  return ostreeOriginOf(values.last('Guest', 'Ref') ?? '', values);
}

/** Returns the origin of a name REMOTE:REF, with the remote if the file declares it. */
export function ostreeOriginOf(refspec: string, values: Values): OstreeOrigin {
  const [remoteName = '', ref = ''] = refspec.split(':');
  const remote = remoteOf(values, 'Remote');
  return { kind: 'ostree', remoteName, ref, ...(remote && { remote }) };
}

/** The sections that declare a remote. */
export type RemoteSection = 'Remote' | 'Mirror';

/** Returns the remote that a section declares; undefined if it has no URL=. */
export function remoteOf(values: Values, section: RemoteSection): Remote | undefined {
  const last = (key: string) => values.last(section, key);
  const url = last('URL');
  if (url === undefined) return undefined;
  const contentUrl = last('ContentURL');
  const gpgKeyPath = last('GPGKeyPath');
  const ed25519KeyPath = last('Ed25519KeyPath');
  // Keys are used by default.
  const isOn = (key: string, preset: boolean) => isTrue(last(key) ?? (preset ? 'yes' : 'no'));
  return {
    url,
    ...(contentUrl && { contentUrl }),
    gpgVerify: isOn('GPGVerify', gpgKeyPath !== undefined),
    ...(gpgKeyPath && { gpgKeyPath }),
    signVerify: isOn('SignVerify', ed25519KeyPath !== undefined),
    ...(ed25519KeyPath && { ed25519KeyPath }),
    ...connectionOf(last),
  };
}

function connectionOf(last: (key: string) => string | undefined): Connection {
  const tlsCaPath = last('TLSCAPath');
  const tlsClientCertPath = last('TLSClientCertPath');
  const tlsClientKeyPath = last('TLSClientKeyPath');
  const proxyUrl = last('ProxyURL');
  return {
    ...(tlsCaPath && { tlsCaPath }),
    ...(tlsClientCertPath && { tlsClientCertPath }),
    ...(tlsClientKeyPath && { tlsClientKeyPath }),
    ...(proxyUrl && { proxyUrl }),
  };
}

/** Returns the files of the host that a remote needs: keys and certificates. */
export const filesOfRemote = (remote: Remote): string[] =>
  [
    remote.gpgKeyPath,
    remote.ed25519KeyPath,
    remote.tlsCaPath,
    remote.tlsClientCertPath,
    remote.tlsClientKeyPath,
  ].filter((path) => path !== undefined);

/** Returns the name of an origin, which is recorded in its deployments. */
export function originName(origin: Origin): string {
  switch (origin.kind) {
    case 'ostree':
      return `${origin.remoteName}:${origin.ref}`;
    case 'oci':
      return origin.image;
    case 'build':
      return `build:${origin.build}`;
  }
}

/** Describes an origin for people, with its URL. */
export const originWords = (origin: Origin): string =>
  origin.kind === 'ostree' && origin.remote
    ? `${originName(origin)} (${origin.remote.url})`
    : originName(origin);

/** Returns the key of [Guest] that declares an origin. */
export const originKey = ({ kind }: Origin): string => originKeys[kind];

/** True if a name begins with an image transport. */
export const isImageName = (name: string): boolean => imageTransport.test(name);
const imageTransport = /^(docker:\/\/|oci:|containers-storage:)/;
