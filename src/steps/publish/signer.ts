import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Publication } from '../../config/publication.ts';
import { Failure } from '../../host/failure.ts';
import { unlessMissing } from '../../host/node-files.ts';
import { run } from '../../host/process.ts';
import { writeFile } from '../../host/write-file.ts';
import { commitObject } from '../../ostree/commit-object.ts';
import type { Checksum } from '../../ostree/names.ts';
import { reason, tryOstree } from '../../ostree/ostree.ts';
import { noPrivateKeyIn, privateKeyIn, publicText, withOwnSignature } from '../../ostree/own-signature.ts';
import { signaturesOf } from '../../ostree/signatures.ts';
import type { SummarySigner } from '../offer/summary.ts';

/** A file system in memory that only this service sees: units/ostree-guest-publish@.service. */
const keyring = '/run/keyring';

/** Signs what is published with each of the private keys, which are credentials of the service. */
export class Signer implements SummarySigner {
  readonly #fingerprint: string | undefined;
  readonly #key: KeyObject | undefined;

  private constructor(fingerprint: string | undefined, key: KeyObject | undefined) {
    this.#fingerprint = fingerprint;
    this.#key = key;
  }

  static async of({ gpgKey, ed25519Key }: Publication): Promise<Signer> {
    const fingerprint = gpgKey === undefined ? undefined : await importGpgKey(gpgKey);
    return new Signer(fingerprint, ed25519Key === undefined ? undefined : readKey(ed25519Key));
  }

  /** Signs a commit in a repository of mode archive, but not again with `keys` that have done so. */
  async signCommit(repository: string, commit: Checksum, keys = ''): Promise<void> {
    const fingerprint = this.#fingerprint;
    if (fingerprint !== undefined && !keys.split(' ').includes(fingerprint))
      await signWithGpg(repository, commit, fingerprint);
    this.#addSignature(commitObject(repository, commit), signaturesOf(repository, commit));
  }

  /** Names the keys, for the record. */
  get keys(): string {
    return [this.#fingerprint, this.#key && publicText(this.#key)].filter(Boolean).join(' ');
  }

  get summaryOptions(): readonly string[] {
    return this.#fingerprint === undefined
      ? []
      : [`--gpg-homedir=${keyring}`, `--gpg-sign=${this.#fingerprint}`];
  }

  completeSummary(directory: string): void {
    this.#addSignature(`${directory}/summary`, `${directory}/summary.sig`);
  }

  #addSignature(file: string, signatures: string): void {
    if (!this.#key) return;
    const others = unlessMissing(() => readFileSync(signatures)) ?? Buffer.alloc(0);
    writeFile(signatures, withOwnSignature(others, readFileSync(file), this.#key));
  }
}

/** Does nothing if this key has signed it already, where OSTree notices that: that of Debian 13 does not. */
async function signWithGpg(repository: string, commit: Checksum, fingerprint: string): Promise<void> {
  const args = [`--repo=${repository}`, 'gpg-sign', `--gpg-homedir=${keyring}`, commit, fingerprint];
  const { exitCode, stderr } = await tryOstree(...args);
  if (exitCode !== 0 && !/already signed/i.test(stderr))
    throw new Failure(`Cannot sign it: ${reason(stderr)}`);
}

const credential = (name: string): string => `${process.env['CREDENTIALS_DIRECTORY'] ?? ''}/${name}`;

/** Imports the private key, and returns its fingerprint. */
async function importGpgKey(file: string): Promise<string> {
  const remedy = 'Write a private key without a passphrase: gpg --export-secret-keys NAME >FILE';
  const gpg = async (...args: string[]) => {
    const finished = await run('gpg', ['--homedir', keyring, '--batch', '--quiet', ...args]);
    if (finished.exitCode === 0) return finished.stdout;
    throw new Failure(`Cannot read the key in ${file}: ${reason(finished.stderr)}`, remedy);
  };
  await gpg('--import', credential('gpg-key'));
  const [, fingerprint] = /^fpr:+([0-9A-F]+):/m.exec(await gpg('--with-colons', '--list-secret-keys')) ?? [];
  if (fingerprint === undefined) throw new Failure(`${file} has no private key`, remedy);
  return fingerprint;
}

function readKey(file: string): KeyObject {
  const key = privateKeyIn(readFileSync(credential('ed25519-key'), 'utf8'));
  if (key) return key;
  const { message, remedy } = noPrivateKeyIn(file);
  throw new Failure(message, remedy);
}
