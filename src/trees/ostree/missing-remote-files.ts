import type { RemoteSection } from '../../config/origin.ts';
import type { Problem } from '../../config/problem.ts';
import type { Values } from '../../config/values.ts';
import { isMissing } from '../../host/is-root.ts';

/** The keys that name files of a remote, each with what to do if its file is missing. */
const remedies = {
  GPGKeyPath: "Put the remote's public key there",
  Ed25519KeyPath: "Put the remote's public key there",
  TLSCAPath: "Put the certificate of the server's authority there",
  TLSClientCertPath: 'Put the certificate of this host there',
  TLSClientKeyPath: 'Put the private key of this host there',
};

/** Finds the keys and certificates of a declared remote that this host does not have. */
export const missingRemoteFiles = (values: Values, section: RemoteSection): Problem[] =>
  Object.entries(remedies).flatMap(([key, remedy]) => {
    const setting = values.final(section, key);
    if (!setting || !isMissing(setting.value)) return [];
    return [{ at: setting.at, message: `${key}=${setting.value} does not exist`, remedy }];
  });
