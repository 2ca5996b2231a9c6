// The trees that hosts and guests are deployed from: built once, kept in the cache.
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { makeCgroup, within } from './cgroup.ts';
import { debianMirror, retries } from './debian.ts';
import { nodePackage } from './node.ts';
import { cacheDirectory, checkout } from './paths.ts';
import { guestRecipe, guestRecipeOf, hostRecipe, keyOf, type Recipe, recipeKey, suite } from './recipe.ts';
import { say } from './say.ts';
import { makeWorkDirectory, removeWorkDirectory } from './workdir.ts';

export interface Trees {
  /** A bare repository with `host/SUITE` and `guest/debian`: what hosts are deployed from. */
  readonly repo: string;
  /** An archive repository with `guest/debian`: what sites serve. Linked, not copied, into each host. */
  readonly mirror: string;
}

/** The trees, from the cache or built now. Two processes may do it at once: the first to finish is kept. */
export const buildTrees = (host = hostRecipe, guest = guestRecipe): Promise<Trees> =>
  cached(recipeKey(host, guest), [host, guest], `the trees of Debian ${suite}`);

/** A tree of another recipe, in the same way: only some tests need it. */
export const buildTree = (recipe: Recipe): Promise<Trees> =>
  cached(keyOf(recipe.ref.replace(/^.*\//, ''), [recipe]), [recipe], recipe.about);

/** The guests' tree of one of Debian's releases, in the same way. */
export const buildGuestTree = (release: string): Promise<Trees> => {
  const recipe = guestRecipeOf(release);
  return cached(keyOf(release, [recipe]), [recipe], recipe.about);
};

/** The last of the trees is the one that sites serve. */
async function cached(key: string, recipes: readonly Recipe[], about: string): Promise<Trees> {
  const kept = join(cacheDirectory(), key);
  if (!existsSync(kept)) {
    const work = makeWorkDirectory('trees');
    try {
      await buildInto(work, recipes, about);
      await keep(join(work, 'trees'), kept);
    } finally {
      removeWorkDirectory(work);
    }
  }
  return { repo: join(kept, 'repo'), mirror: join(kept, 'mirror') };
}

async function buildInto(work: string, recipes: readonly Recipe[], about: string): Promise<void> {
  const repo = join(work, 'trees/repo');
  const mirror = join(work, 'trees/mirror');
  await mkdir(dirname(repo));
  await execa('ostree', ['init', `--repo=${repo}`, '--mode=bare']);
  const from = await debianMirror();
  say(`building ${about} from ${from} (once, about a minute) ...`);
  // Interrupted, by Ctrl-C for example, all of it ends before the work directory is removed.
  const cgroup = makeCgroup(work);
  // Debian's own programs only: mmdebstrap starts a Python script for each package.
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
  const run: Run = (file, ...args) => execa(...within(cgroup, file, ...args), { env });
  if (availableParallelism() > 1)
    await Promise.all(recipes.map((recipe) => build(recipe, from, work, repo, run)));
  else for (const recipe of recipes) await build(recipe, from, work, repo, run);
  say('making the mirror that guests are installed from ...');
  await execa('ostree', ['init', `--repo=${mirror}`, '--mode=archive']);
  // Quick beats small: this mirror is never sent over a wire.
  await execa('ostree', ['config', `--repo=${mirror}`, 'set', 'archive.zlib-level', '1']);
  await execa('ostree', ['config', `--repo=${mirror}`, 'set', 'core.fsync', 'false']);
  await execa('ostree', ['pull-local', `--repo=${mirror}`, repo, recipes.at(-1)?.ref ?? '']);
}

type Run = (file: string, ...args: string[]) => Promise<unknown>;

async function build(recipe: Recipe, from: string, work: string, repo: string, run: Run): Promise<void> {
  const started = Date.now();
  const root = join(work, recipe.ref);
  await mkdir(dirname(root), { recursive: true });
  await bootstrap(recipe, from, root, run);
  for (const [path, text] of Object.entries(recipe.files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  for (const path of recipe.remove ?? []) await rm(join(root, path));
  for (const [path, target] of Object.entries(recipe.links)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await symlink(target, join(root, path));
  }
  await run(join(checkout(), 'test/host/ostree-layout'), root);
  if (recipe.kernel) await rm(join(root, 'usr/lib/modules/0-placeholder'), { recursive: true });
  await run(
    'ostree',
    'commit',
    `--repo=${repo}`,
    `--branch=${recipe.ref}`,
    `--tree=dir=${root}`,
    '--subject=Debian, built by test/host',
    '--add-metadata-string=version=1',
    '--consume', // saves the copy
    ...(recipe.selinux ? [`--selinux-policy=${root}`] : []),
  );
  say(`  ${recipe.about} is built (${Math.round((Date.now() - started) / 1000)} s)`);
}

async function bootstrap(recipe: Recipe, from: string, root: string, run: Run): Promise<void> {
  const packages = recipe.packages.filter((name) => name !== 'nodejs' || !recipe.node);
  const unread = ['doc', 'man', 'info', 'locale', 'lintian', 'common-licenses'];
  await run(
    'unshare',
    '--mount', // what it mounts ends with it
    'mmdebstrap',
    '--quiet',
    '--variant=minbase',
    `--include=${packages.join(',')}`,
    ...unread.map((directory) => `--dpkgopt=path-exclude=/usr/share/${directory}/*`),
    // The release file of a testing suite expires, and a mirror may be a snapshot.
    '--aptopt=Acquire::Check-Valid-Until "false"',
    `--aptopt=Acquire::Retries "${retries}"`,
    ...(recipe.node ? installNode(await nodePackage(recipe.node)) : []),
    // So that `login` can be tried.
    '--customize-hook=echo root:guest | chroot "$1" chpasswd',
    ...(recipe.scripts ?? []).map((path) => `--customize-hook=${join(checkout(), path)} "$1"`),
    recipe.suite ?? suite,
    root,
    from,
  );
}

/** Hooks that install it from outside of Debian's archive. */
const installNode = (file: string): string[] => [
  `--customize-hook=upload ${file} /node.deb`,
  '--customize-hook=chroot "$1" dpkg --install /node.deb',
  '--customize-hook=rm "$1/node.deb"',
];

async function keep(built: string, kept: string): Promise<void> {
  try {
    await rename(built, kept);
  } catch (error) {
    // Another process was quicker: its trees are as good.
    if (!existsSync(kept)) throw error;
    await rm(built, { recursive: true });
  }
}
