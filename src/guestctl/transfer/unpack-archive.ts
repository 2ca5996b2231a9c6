// Reads the archive of a guest from standard input, and checks it. Runs confined: it sees only an empty directory to write to,
// so that a path or a link in the archive leads nowhere else.
import { spawn } from 'node:child_process';
import { createReadStream, existsSync, readdirSync, renameSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../../host/failure.ts';
import { readRegularFile } from '../../host/node-files.ts';
import { shown } from '../../host/printable.ts';
import { run } from '../../host/process.ts';
import { kindOf, namesIn } from '../../host/tree-files.ts';
import { removeTree } from '../../host/tree-removal.ts';
import { ostree } from '../../ostree/ostree.ts';
import { hasCommit } from '../../ostree/repository.ts';
import { feed } from './feed.ts';
import { commitsOf, largestManifest, type Manifest, parseManifest } from './manifest.ts';
import { exitOf, tarOptions } from './pack.ts';
import {
  damaged,
  etcName,
  manifestName,
  repositoryName,
  type Tell,
  varName,
  withoutTrailer,
} from './stream.ts';

/** Where the process sees the directory. */
export const unpackPlace = '/import';

/** Unpacks the archive, and checks everything. Tells the manifest as soon as it is there. */
export async function unpack(progress: Tell, announce: (manifest: string) => void): Promise<void> {
  let early: string | undefined;
  await extract((bytes) => {
    // tar(1) has written the manifest when it begins with the next member.
    if (early === undefined && existsSync(`${unpackPlace}/${repositoryName}`)) {
      early = readManifest();
      announce(early);
    }
    progress(bytes);
  });
  const text = readManifest();
  if (early === undefined) announce(text);
  // A second manifest in the archive would replace the first, which was told.
  else if (early !== text) throw damaged();
  const manifest = parseManifest(text);
  requireParts(manifest);
  await checkRepository(manifest);
}

function readManifest(): string {
  const text = readRegularFile(`${unpackPlace}/${manifestName}`, largestManifest);
  if (text === undefined) throw new Failure('This is not the archive of a guest: it has no manifest.json');
  // Ends at once if it is none.
  parseManifest(text);
  return text;
}

async function extract(progress: Tell): Promise<void> {
  const [first, rest] = await peek(createReadStream('', { fd: 0, autoClose: false }));
  const isCompressed = first.subarray(0, zstdMagic.length).equals(zstdMagic);
  if (isCompressed && (await run('zstd', ['--version'])).ended !== 'exited')
    throw new Failure('The archive is compressed, and zstd is missing', 'Install zstd on this host');
  const zstd = isCompressed
    ? spawn('zstd', ['--decompress', '--quiet', '--stdout', '-'], { stdio: ['pipe', 'pipe', 'inherit'] })
    : undefined;
  const options = ['--extract', ...tarOptions, '--preserve-permissions', '--same-owner'];
  const tar = spawn('tar', [...options, `--directory=${unpackPlace}`], { stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  tar.stderr.on('data', (chunk: Buffer) => {
    if (said.length < 2000) said += chunk.toString();
  });
  const unpacked = exitOf('tar', tar);
  // The first failure of a program breaks the pipes of the others: all are waited for, and the cause is chosen.
  const settled = await Promise.allSettled([
    feed(withoutTrailer(zstd?.stdout ?? rest, progress), tar.stdin, unpacked),
    unpacked,
    ...(zstd ? [pipeline(rest, zstd.stdin), exitOf('zstd', zstd)] : []),
  ]);
  const reasons = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  if (reasons.length === 0) return;
  const cause = reasons.find((reason) => reason instanceof Failure) ?? reasons[0];
  const words = complaintIn(said);
  const [fed, extracted] = settled;
  // tar(1) has failed before the end of the archive was reached.
  const isTars =
    fed?.status === 'rejected' && extracted?.status === 'rejected' && fed.reason === extracted.reason;
  throw (isTars || fed?.status === 'fulfilled') && words !== ''
    ? new Failure(`The archive cannot be unpacked: ${shown(words)}`)
    : cause;
}

/** Returns what tar(1) could not do. It also prints warnings. */
const complaintIn = (said: string): string =>
  /^tar: (.*: Cannot .*)$/m.exec(said)?.[1] ?? said.split('\n')[0]?.replace(/^tar: /, '') ?? '';

const zstdMagic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** Returns the beginning of a stream, and all of it. */
async function peek(stream: AsyncIterable<Buffer>): Promise<[Buffer, AsyncGenerator<Buffer>]> {
  const chunks = stream[Symbol.asyncIterator]();
  let first = Buffer.alloc(0);
  while (first.length < zstdMagic.length) {
    const { done, value } = await chunks.next();
    if (done) throw damaged();
    first = Buffer.concat([first, value]);
  }
  async function* all(): AsyncGenerator<Buffer> {
    yield first;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  }
  return [first, all()];
}

/** Refuses an archive that has more or less than its manifest says. */
function requireParts(manifest: Manifest): void {
  const directories = [repositoryName, etcName, ...(manifest.var ? [varName] : [])];
  const wrong =
    namesIn(unpackPlace).find((name) => name !== manifestName && !directories.includes(name)) ??
    directories.find((name) => kindOf(`${unpackPlace}/${name}`) !== 'directory');
  if (wrong !== undefined) throw unfit(wrong);
  const etc = manifest.deployments.map((_, position) => `${etcName}/${position}`);
  const other =
    readdirSync(`${unpackPlace}/${etcName}`).find((name) => !etc.includes(`${etcName}/${name}`)) ??
    etc.find((path) => kindOf(`${unpackPlace}/${path}`) !== 'directory');
  if (other !== undefined) throw unfit(other);
}

const unfit = (name: string): Failure =>
  new Failure(`This is not the archive of a guest: ${shown(name)} is missing, or is not what it should be`);

/**
 * Returns the path of something that is no object; empty if there is nothing such. Opening a pipe would wait for ever. An object that
 * is also a file of /etc or /var could be changed by the guest, and with it the files of other guests that share the object.
 */
export async function strangeIn(repository: string): Promise<string> {
  const isLinked = ['!', '-type', 'd', '-links', '+1'];
  const isOther = ['!', '-type', 'f', '!', '-type', 'd', '!', '-type', 'l'];
  const find = [repository, '(', ...isLinked, '-o', ...isOther, ')', '-print', '-quit'];
  const { exitCode, stdout, stderr } = await run('find', find);
  if (exitCode !== 0) throw new Failure(`Cannot look through the archive: ${stderr.trim().split('\n')[0]}`);
  return stdout;
}

/**
 * Checks each object against its name, so that other guests may share it. Keeps nothing of the repository but its objects: its
 * configuration could lead elsewhere.
 */
async function checkRepository(manifest: Manifest): Promise<void> {
  const repository = `${unpackPlace}/${repositoryName}`;
  if (kindOf(`${repository}/objects`) !== 'directory') throw unfit(`${repositoryName}/objects`);
  const strange = await strangeIn(repository);
  if (strange !== '') throw unfit(strange.slice(unpackPlace.length + 1));
  const clean = `${repository}.new`;
  await ostree('Cannot make a repository', `--repo=${clean}`, 'init', '--mode=bare');
  await removeTree(`${clean}/objects`);
  renameSync(`${repository}/objects`, `${clean}/objects`);
  await removeTree(repository);
  renameSync(clean, repository);
  await ostree('The archive is damaged', `--repo=${repository}`, 'fsck', '--quiet');
  const missing = commitsOf(manifest).find((commit) => !hasCommit(repository, commit));
  if (missing !== undefined) throw new Failure(`The archive has no commit ${missing.slice(0, 12)}`);
}
