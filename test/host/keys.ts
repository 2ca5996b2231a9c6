// A site's signing key, made and used in the host: whatever gpg leaves running ends with it.
import type { Host } from './host.ts';
import { mirrorPath } from './mirror.ts';

export interface SigningKey {
  readonly id: string;
  /** The public key's file, in the host: for GPGKeyPath= and `ostree remote gpg-import`. */
  readonly path: string;
  /** Writes the private key to a file that only root reads, for GPGKey=. */
  writePrivate(file: string): Promise<void>;
  /** Signs a published commit. */
  sign(commit: string): Promise<void>;
  /** Signs a text file of the host, as apt wants it. */
  clearsign(file: string, signed: string): Promise<void>;
  /** Signs packages of RPM, files of the host, in place. */
  signRpms(files: readonly string[]): Promise<void>;
}

export async function makeKey(host: Host, name = 'site'): Promise<SigningKey> {
  const home = `/var/lib/signing/${name}`;
  const path = `${home}.asc`;
  const id = await host.sh(`
    install -d -m 700 ${home}
    export GNUPGHOME=${home}
    gpg --batch --quiet --passphrase '' --quick-generate-key ${name}@example.org default default never 2>/dev/null
    gpg --armor --export >${path}
    gpg --list-keys --with-colons | awk -F: '/^fpr/ { print $10; exit }'`);
  const writePrivate = async (file: string) => {
    await host.sh(
      `umask 077; mkdir -p $(dirname ${file}); gpg --batch --homedir=${home} --export-secret-keys >${file}`,
    );
  };
  const sign = async (commit: string) => {
    await host.run('ostree', 'gpg-sign', `--repo=${mirrorPath}`, `--gpg-homedir=${home}`, commit, id);
  };
  const clearsign = async (file: string, signed: string) => {
    await host.run('gpg', '--batch', '--yes', `--homedir=${home}`, '--clearsign', `--output=${signed}`, file);
  };
  const signRpms = async (files: readonly string[]) => {
    // The rpm of Debian 12 would run a gpg2.
    const macros = [`--define=_gpg_path ${home}`, `--define=_gpg_name ${id}`, '--define=__gpg /usr/bin/gpg'];
    await host.run('rpmsign', '--addsign', ...macros, ...files);
  };
  return { id, path, writePrivate, sign, clearsign, signRpms };
}
