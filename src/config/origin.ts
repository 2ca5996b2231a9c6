// lazy: QuickJS reads this file when one of its functions is called.
import { isTrue } from './types.ts';
import type { Values } from './values.ts';

/** Where a guest's tree comes from, one kind for each of the sources. */
export type Origin = OstreeOrigin | OciOrigin | BuildOrigin;

/** A ref of an OSTree remote. */
export interface OstreeOrigin {
  readonly kind: 'ostree';
  /** The remote's name, as in `remote:ref`. */
  readonly remoteName: string;
  readonly ref: string;
  /** Absent where the host's remote of that name is to be used. */
  readonly remote?: Remote;
}

/** An OSTree remote that the guest file itself declares. */
export interface Remote {
  readonly url: string;
  /** Where all comes from that need not be signed (ostree.repo-config(5), `contenturl`). */
  readonly contentUrl?: string;
  readonly gpgVerify: boolean;
  /** A file of trusted keys, or a directory of such files (ostree.repo-config(5), `gpgkeypath`). */
  readonly gpgKeyPath?: string;
  readonly signVerify: boolean;
  /** A file of trusted keys (ostree.repo-config(5), `verification-ed25519-file`). */
  readonly ed25519KeyPath?: string;
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
  const [remoteName = '', ref = ''] = (values.last('Guest', 'Ref') ?? '').split(':');
  const remote = remoteOf(values);
  return { kind: 'ostree', remoteName, ref, ...(remote && { remote }) };
}

function remoteOf(values: Values): Remote | undefined {
  const last = (key: string) => values.last('Remote', key);
  const url = last('URL');
  if (url === undefined) return undefined;
  const contentUrl = last('ContentURL');
  const gpgKeyPath = last('GPGKeyPath');
  const ed25519KeyPath = last('Ed25519KeyPath');
  // Where there are keys, they are used unless the file says otherwise.
  const isOn = (key: string, preset: boolean) => isTrue(last(key) ?? (preset ? 'yes' : 'no'));
  return {
    url,
    ...(contentUrl && { contentUrl }),
    gpgVerify: isOn('GPGVerify', gpgKeyPath !== undefined),
    ...(gpgKeyPath && { gpgKeyPath }),
    signVerify: isOn('SignVerify', ed25519KeyPath !== undefined),
    ...(ed25519KeyPath && { ed25519KeyPath }),
  };
}

/** What it is called; becomes the origin of the deployments that come from there. */
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

/** The same for people, with where that is. */
export const originWords = (origin: Origin): string =>
  origin.kind === 'ostree' && origin.remote
    ? `${originName(origin)} (${origin.remote.url})`
    : originName(origin);

/** The key of [Guest] that says it. */
export const originKey = ({ kind }: Origin): string =>
  ({ ostree: 'Ref', oci: 'Image', build: 'Build' })[kind];

/** Whether a name begins as that of an image. */
export const isImageName = (name: string): boolean => imageTransport.test(name);
const imageTransport = /^(docker:\/\/|oci:|containers-storage:)/;
