import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import type { Build } from '../../config/build.ts';
import { largestFile } from '../../config/file-port.ts';
import { loadBuilds } from '../../config/load.ts';
import { topOf } from '../../config/positions.ts';
import type { Problem } from '../../config/problem.ts';
import type { Publication } from '../../config/publication.ts';
import { codeOf } from '../../host/failure.ts';
import { unlessForbidden } from '../../host/is-root.ts';
import { nodeFiles } from '../../host/node-files.ts';
import { run } from '../../host/process.ts';
import { type Obstacle, whyNotArchive } from '../../ostree/archive.ts';
import { noPrivateKeyIn, privateKeyIn } from '../../ostree/own-signature.ts';
import { hasProgram } from '../../trees/build/missing-programs.ts';

/** Checks what a build publishes against this host. */
export async function verifyPublication(build: Build): Promise<Problem[]> {
  const { publication, values, file } = build;
  if (!publication) return [];
  const at = (key: string) => values.at('Publish', key) ?? topOf(file);
  const found: [string, Obstacle | undefined][] = [
    ['Repository', unlessForbidden(() => wrongRepository(publication.repository))],
    ['Ref', takenRef(build.name, publication, loadBuilds(nodeFiles).builds)],
    ['GPGKey', await wrongGpgKey(publication)],
    ['Ed25519Key', wrongEd25519Key(publication)],
  ];
  return found.flatMap(([key, wrong]) => (wrong ? [{ at: at(key), ...wrong }] : []));
}

/** Returns why no commits can be written to a repository for clients. */
export function wrongRepository(repository: string): Obstacle | undefined {
  const why = whyNotArchive(repository);
  if (why) return why;
  try {
    accessSync(repository, constants.W_OK);
    return undefined;
  } catch (error) {
    if (codeOf(error) !== 'EROFS') throw error;
    return { message: `${repository} is on a read-only file system`, remedy: 'Name another directory' };
  }
}

/** Two builds with one ref would replace the commits of each other. */
export function takenRef(
  name: string,
  { repository, ref }: Publication,
  builds: readonly Pick<Build, 'name' | 'file' | 'publication'>[],
): Obstacle | undefined {
  const other = builds.find(
    (one) => one.name !== name && one.publication?.repository === repository && one.publication.ref === ref,
  );
  if (!other) return undefined;
  const message = `${other.file} publishes under this ref, too, in the same repository`;
  return { message, remedy: 'Give each build a ref of its own' };
}

/** Reads the key, too: a wrong one would be noticed only when the build has ended. */
async function wrongGpgKey({ gpgKey }: Pick<Publication, 'gpgKey'>): Promise<Obstacle | undefined> {
  if (gpgKey === undefined) return undefined;
  if (!hasProgram('gpg'))
    return { message: 'There is no gpg on this host, which signs', remedy: 'Install GnuPG' };
  const write = 'gpg --export-secret-keys NAME >';
  const wrong = wrongKey(gpgKey, write);
  if (wrong || !unlessForbidden(() => isReadableFile(gpgKey))) return wrong;
  const args = ['--batch', '--no-options', '--no-keyring', '--list-packets', gpgKey];
  const { stdout, ended } = await run('gpg', args, { timeout: 10_000, most: 1 << 20 });
  if (ended !== 'exited') return undefined;
  if (!/^:secret key packet:/m.test(stdout))
    return { message: `${gpgKey} has no private key`, remedy: `Write one there: ${write} ${gpgKey}` };
  if (!/ S2K, /.test(stdout)) return undefined;
  const message = `The private key in ${gpgKey} has a passphrase, which nobody can type`;
  return { message, remedy: 'Remove it, and export the key again: gpg --change-passphrase NAME' };
}

/** systemd can also get credentials from a socket. */
function isReadableFile(path: string): boolean {
  accessSync(path, constants.R_OK);
  const stat = statSync(path);
  return stat.isFile() && stat.size <= largestFile;
}

/** Reads the key, too: a wrong one would be noticed only when the build has ended. */
export function wrongEd25519Key({ ed25519Key }: Pick<Publication, 'ed25519Key'>): Obstacle | undefined {
  const wrong = wrongKey(ed25519Key, 'openssl genpkey -algorithm ed25519 -out');
  if (wrong || ed25519Key === undefined) return wrong;
  const isRight = unlessForbidden(() => {
    const stat = statSync(ed25519Key);
    // systemd can also get credentials from a socket.
    if (!stat.isFile()) return true;
    return stat.size <= largestFile && privateKeyIn(readFileSync(ed25519Key, 'utf8')) !== undefined;
  });
  return isRight === false ? noPrivateKeyIn(ed25519Key) : undefined;
}

/** `write`: the command that writes a private key to the file that follows. */
function wrongKey(key: string | undefined, write: string): Obstacle | undefined {
  if (key === undefined) return undefined;
  if (/^\/(etc(?!\/credstore(\.encrypted)?\/)|usr)\//.test(key)) {
    const message = `The steps of all guests can read the private key ${key}`;
    return { message, remedy: 'Move it to /etc/credstore, which they do not see' };
  }
  const mode = unlessForbidden(() => statSync(key, { throwIfNoEntry: false })?.mode ?? 'missing');
  if (mode === 'missing') {
    return { message: `${key} does not exist`, remedy: `Write the private key there: ${write} ${key}` };
  }
  if (mode === undefined || (mode & 0o077) === 0) return undefined;
  return { message: `Others can read the private key ${key}`, remedy: `Run: chmod 600 ${key}` };
}
