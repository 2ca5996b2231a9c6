// Packages for tests in a host that has no network: real ones from Debian's mirror, and some of our own.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { debianMirror, retries } from './debian.ts';
import { type Host, outside } from './host.ts';
import type { SigningKey } from './keys.ts';
import { cacheDirectory } from './paths.ts';
import { guestRecipe, recipeKey, suite } from './recipe.ts';
import { say } from './say.ts';
import { buildTrees, type Trees } from './trees.ts';

/**
 * The .deb files of packages with all that they depend on, from the cache or downloaded now: what the guests' tree
 * lacks of it, or with `bare` all of it, down to the essential packages.
 */
export async function debs(
  trees: Trees,
  packages: readonly string[],
  { bare = false } = {},
): Promise<string[]> {
  const key = createHash('sha256')
    .update(JSON.stringify([recipeKey(), packages, bare, 'zstd']))
    .digest('hex');
  const kept = join(cacheDirectory(), `debs-${suite}-${key.slice(0, 12)}`);
  if (!existsSync(kept)) {
    const work = join(cacheDirectory(), 'run', `debs-${randomBytes(4).toString('hex')}`);
    await download(trees, packages, bare, work);
    await compressAnew(join(work, 'cache/archives'), work);
    // Of two that did it at once, the second finds the other's.
    await rename(join(work, 'cache/archives'), kept).catch(() => undefined);
    await rm(work, { recursive: true, force: true });
  }
  const names = await readdir(kept);
  return names.filter((name) => name.endsWith('.deb')).map((name) => join(kept, name));
}

async function download(trees: Trees, packages: readonly string[], bare: boolean, work: string) {
  say(`downloading ${packages.join(', ')} ...`);
  for (const directory of ['lists/partial', 'cache/archives/partial'])
    await mkdir(join(work, directory), { recursive: true });
  const database = '/usr/lib/sysimage/dpkg/status';
  const status = bare
    ? ''
    : (await execa('ostree', ['cat', `--repo=${trees.repo}`, guestRecipe.ref, database])).stdout;
  await writeFile(join(work, 'status'), status && `${status}\n`);
  const trusted = 'signed-by=/usr/share/keyrings/debian-archive-keyring.gpg check-valid-until=no';
  await writeFile(join(work, 'sources.list'), `deb [${trusted}] ${await debianMirror()} ${suite} main\n`);
  const options = Object.entries({
    'Dir::Etc::sourcelist': join(work, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::State': work,
    'Dir::State::status': join(work, 'status'),
    'Dir::State::lists': join(work, 'lists'),
    'Dir::Cache': join(work, 'cache'),
    'APT::Sandbox::User': 'root',
    'Debug::NoLocking': '1',
    'Acquire::Retries': retries,
  }).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  await execa('apt-get', [...options, '-qq', 'update']);
  const all = bare ? ['?essential', 'apt', ...packages] : packages;
  await execa('apt-get', [
    ...options,
    '-qq',
    '--yes',
    '--no-install-recommends',
    '--download-only',
    'install',
    ...all,
  ]);
}

/** Packages are installed again and again, and xz takes most of the time of that. */
async function compressAnew(archives: string, work: string): Promise<void> {
  for (const name of await readdir(archives)) {
    if (!name.endsWith('.deb')) continue;
    const tree = join(work, 'tree');
    await execa('dpkg-deb', ['-R', join(archives, name), tree]);
    await execa('dpkg-deb', ['-Zzstd', '-z1', '-b', tree, join(archives, name)]);
    await rm(tree, { recursive: true });
  }
}

/** Unpacks packages with all that they depend on: nothing of them is configured. */
export async function unpackDebs(root: string, packages: readonly string[]): Promise<void> {
  const script = 'dpkg-deb --fsys-tarfile "$0" | tar -x --keep-directory-symlink -C "$1"';
  for (const deb of await debs(await buildTrees(), packages)) await execa('sh', ['-c', script, deb, root]);
}

export interface Changed {
  readonly version: string;
  /** Files added, by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Replaces the script that runs after the installation. */
  readonly postinst?: string;
}

/** The same package in another version. */
export async function changeDeb(
  host: Host,
  deb: string,
  { version, files = {}, postinst }: Changed,
): Promise<string> {
  const tree = join(host.work, `deb-${randomBytes(4).toString('hex')}`);
  await execa('dpkg-deb', ['-R', deb, tree]);
  const control = await readFile(join(tree, 'DEBIAN/control'), 'utf8');
  await writeFile(join(tree, 'DEBIAN/control'), control.replace(/^Version: .*$/m, `Version: ${version}`));
  return buildDeb(tree, `${basename(deb).replace(/_.*/, '')}_${version}.deb`, files, postinst);
}

/** A small package of the site's own. */
export async function makeDeb(
  host: Host,
  name: string,
  { version, files = {}, postinst }: Changed,
): Promise<string> {
  const tree = join(host.work, `deb-${randomBytes(4).toString('hex')}`);
  await mkdir(join(tree, 'DEBIAN'), { recursive: true });
  const control = {
    Package: name,
    Version: version,
    Architecture: 'all',
    Maintainer: 'Site <site@example.org>',
  };
  const text = Object.entries({ ...control, Description: name }).map(([key, value]) => `${key}: ${value}\n`);
  await writeFile(join(tree, 'DEBIAN/control'), text.join(''));
  return buildDeb(tree, `${name}_${version}_all.deb`, files, postinst);
}

async function buildDeb(
  tree: string,
  name: string,
  files: Changed['files'] = {},
  postinst?: string,
): Promise<string> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(tree, path, '..'), { recursive: true });
    await writeFile(join(tree, path), text);
  }
  if (postinst !== undefined) await writeFile(join(tree, 'DEBIAN/postinst'), postinst, { mode: 0o755 });
  const deb = join(tree, '..', name);
  await execa('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z1', '-b', tree, deb]);
  await rm(tree, { recursive: true });
  return deb;
}

/** Makes a directory of the host a signed repository of these packages: URIs: file:PATH, Suites: ./ */
export async function publishDebs(
  host: Host,
  path: string,
  all: readonly string[],
  key: SigningKey,
): Promise<void> {
  const directory = outside(host, path);
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const records: string[] = [];
  for (const deb of all) {
    await copyFile(deb, join(directory, basename(deb)));
    const record = recordsOf.get(deb) ?? recordOf(deb);
    recordsOf.set(deb, record);
    records.push(await record);
  }
  const packages = records.join('\n');
  await writeFile(join(directory, 'Packages'), packages);
  const size = Buffer.byteLength(packages);
  const release = `Suite: site\nDate: ${new Date().toUTCString()}\nSHA256:\n ${sha256(packages)} ${size} Packages\n`;
  await writeFile(join(directory, 'Release'), release);
  await key.clearsign(`${path}/Release`, `${path}/InRelease`);
}

/** What a repository says of each package. Most are published again beside a new one, and no file changes. */
const recordsOf = new Map<string, Promise<string>>();

async function recordOf(deb: string): Promise<string> {
  const content = await readFile(deb);
  const { stdout: control } = await execa('dpkg-deb', ['-f', deb]);
  return `${control}\nFilename: ./${basename(deb)}\nSize: ${content.length}\nSHA256: ${sha256(content)}\n`;
}

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
