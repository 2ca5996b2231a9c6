// Names that become parts of paths, options and boot entries. A text gets one of these types by its parser only.

declare const checksum: unique symbol;
/** A commit: 64 hexadecimal digits. */
export type Checksum = string & { readonly [checksum]: true };

declare const deployment: unique symbol;
/** A deployment, as its directory is called: CHECKSUM.SERIAL. */
export type DeploymentName = string & { readonly [deployment]: true };

export const isChecksum = (text: unknown): text is Checksum =>
  typeof text === 'string' && /^[0-9a-f]{64}$/.test(text);

export const isDeploymentName = (text: unknown): text is DeploymentName =>
  typeof text === 'string' && /^[0-9a-f]{64}\.\d+$/.test(text);

/** Fails if it is no commit. For what a program of ours or ostree(1) has printed. */
export function checksumFrom(text: string): Checksum {
  if (!isChecksum(text)) throw new Error(`${JSON.stringify(text.slice(0, 100))} is no commit`);
  return text;
}
