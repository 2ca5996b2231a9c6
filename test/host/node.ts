// Node for hosts of a Debian that has none new enough, as a Debian package.
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { retries } from './debian.ts';
import { cacheDirectory } from './paths.ts';
import { say } from './say.ts';
import { makeWorkDirectory, removeWorkDirectory } from './workdir.ts';

/** The package's file, from the cache or made now. */
export async function nodePackage(version: string): Promise<string> {
  const kept = join(cacheDirectory(), `nodejs_${version}_${process.arch}.deb`);
  if (!existsSync(kept)) {
    say(`fetching Node ${version} (once) ...`);
    const work = makeWorkDirectory('node');
    await makePackage(work, version);
    await rename(join(work, 'nodejs.deb'), kept);
    removeWorkDirectory(work);
  }
  return kept;
}

/** npm has the binaries of nodejs.org. */
async function makePackage(work: string, version: string): Promise<void> {
  const root = join(work, 'root');
  await execa('npm', [
    'pack',
    '--silent',
    `--fetch-retries=${retries}`,
    `--pack-destination=${work}`,
    `node-linux-${process.arch}@${version}`,
  ]);
  await mkdir(join(root, 'usr'), { recursive: true });
  const tarball = join(work, `node-linux-${process.arch}-${version}.tgz`);
  await execa('tar', ['-C', join(root, 'usr'), '--strip-components=1', '-xzf', tarball, 'package/bin']);
  await mkdir(join(root, 'DEBIAN'));
  await writeFile(join(root, 'DEBIAN/control'), control(version));
  await execa('dpkg-deb', ['--build', '--root-owner-group', '-Znone', root, join(work, 'nodejs.deb')]);
  await rm(root, { recursive: true });
}

const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
const control = (version: string) => `Package: nodejs
Version: ${version}-1
Architecture: ${architecture}
Maintainer: test/host <root@localhost>
Description: Node as nodejs.org has it
`;
