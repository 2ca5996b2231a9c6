import { chmodSync, existsSync, lstatSync, readlinkSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Build, filesOf } from '../../config/build.ts';
import { leavingRoom } from '../../host/disk-room.ts';
import { fuseDevice, hasFuse } from '../../host/fuse-device.ts';
import { makeDirectories } from '../../host/make-directories.ts';
import { unlessMissing } from '../../host/node-files.ts';
import { type Finished, run } from '../../host/process.ts';
import { proxyOptions } from '../../host/proxies.ts';
import { containerCommand } from '../../machine/throwaway-container.ts';

/** The working directory of the commands in the container; they leave their result there. */
export const workPlace = '/build';

/** Directories of a build on the host. */
export interface BuildDirectories {
  /** The root directory of the container. */
  readonly root: string;
  /** Its /var/cache, which is kept between runs. */
  readonly cache: string;
}

const directories = [
  'usr',
  'etc',
  'proc',
  'sys',
  'dev',
  'run',
  'root',
  'tmp',
  'var/tmp',
  'var/cache',
  'build',
];

/** Makes an empty root directory, with the host's own links into /usr. */
export function makeBuildDirectories(root: string, cache: string): BuildDirectories {
  for (const path of [cache, ...directories.map((name) => `${root}/${name}`)]) makeDirectories(path);
  // mkdir(2) applies the umask.
  for (const name of ['tmp', 'var/tmp']) chmodSync(`${root}/${name}`, 0o1777);
  for (const name of ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32']) {
    if (lstatSync(`/${name}`, { throwIfNoEntry: false })?.isSymbolicLink())
      symlinkSync(readlinkSync(`/${name}`), `${root}/${name}`);
  }
  return { root, cache };
}

/**
 * Runs a command in a container with an empty root directory, the host's /usr and /etc, and what the build file
 * names, all read-only. Its root has no rights on the host, so it reads only public files of /etc; the files that it
 * makes have their right owners, because the root directory is mapped. It has the host's network.
 */
export const runInside = (
  build: Build,
  directories: BuildDirectories,
  command: readonly string[],
): Promise<Finished> => {
  const { root } = directories;
  const container = { name: `${build.name}-build`, directory: root, options: options(build, directories) };
  const [program = '', ...args] = containerCommand(container, command);
  return leavingRoom(root, (signal) => run(program, args, { print: true, signal }));
};

const options = (build: Build, { cache }: BuildDirectories): string[] => [
  '--private-users=pick',
  '--private-users-ownership=map',
  // resolv.conf comes with /etc.
  '--resolv-conf=off',
  '--bind-ro=/usr',
  '--bind-ro=/etc',
  ...[...resolver(), ...directoriesOfFiles(build)].map((path) => `--bind-ro=${path}`),
  `--bind=${cache}:/var/cache:idmap`,
  ...(build.recipe.kind === 'treefile' && hasFuse() ? [`--bind=${fuseDevice}`] : []),
  `--chdir=${workPlace}`,
  // nspawn's /tmp is in memory, and archives are large.
  '--setenv=TMPDIR=/var/tmp',
  // Makes timestamps the same in each run: reproducible-builds.org.
  '--setenv=SOURCE_DATE_EPOCH=946684800',
  ...proxyOptions(),
  ...build.options,
];

/** Returns the target of /etc/resolv.conf, if it is a link. */
function resolver(): string[] {
  const real = unlessMissing(() => realpathSync('/etc/resolv.conf'));
  return real === undefined || isThere(real) ? [] : [real];
}

/** Returns the directories of files that the build file names. */
function directoriesOfFiles({ recipe }: Build): string[] {
  return [...new Set(filesOf(recipe).map(dirname))].filter((path) => !isThere(path) && existsSync(path));
}

const isThere = (path: string): boolean => /^\/(usr|etc|bin|sbin)(\/|$)/.test(path);
