import { Failure } from '../../host/failure.ts';
import { run } from '../../host/process.ts';
import { reason } from '../../ostree/ostree.ts';

/** A file system in memory that only this service sees: units/ostree-guest-publish@.service. */
const keyring = '/run/keyring';

/** Imports the private key, a credential of the service, and returns the options by which ostree signs with it. */
export async function signingOptions(file: string): Promise<string[]> {
  const key = `${process.env['CREDENTIALS_DIRECTORY'] ?? ''}/gpg-key`;
  const gpg = async (...args: string[]) => {
    const finished = await run('gpg', ['--homedir', keyring, '--batch', '--quiet', ...args]);
    if (finished.exitCode === 0) return finished.stdout;
    throw new Failure(`Cannot read the key in ${file}: ${reason(finished.stderr)}`, remedy);
  };
  await gpg('--import', key);
  const [, fingerprint] = /^fpr:+([0-9A-F]+):/m.exec(await gpg('--with-colons', '--list-secret-keys')) ?? [];
  if (fingerprint === undefined) throw new Failure(`${file} has no private key`, remedy);
  return [`--gpg-homedir=${keyring}`, `--gpg-sign=${fingerprint}`];
}

const remedy = 'Write a private key without a passphrase: gpg --export-secret-keys NAME >FILE';
