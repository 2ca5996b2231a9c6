// What a site serves its guests from: an archive repository in the host, at /srv/mirror/repo.
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { type Host, outside } from './host.ts';
import { guestRecipe } from './recipe.ts';

export const mirrorPath = '/srv/mirror/repo';
/** The ref that guests follow, unless a test publishes another. */
export const serverRef = 'debian/12/server';

export interface Changes {
  /** Files added or replaced: path (/etc/… is fine) to content. */
  readonly files?: Readonly<Record<string, string | { content: string | Buffer; mode?: number }>>;
  /** Paths left out. */
  readonly remove?: readonly string[];
  readonly version?: string;
  /** Has the tree a kernel? Without one it cannot be deployed. */
  readonly kernel?: boolean;
  /** The ref that the changes are made to; the default is the plain guest tree, not what was published last. */
  readonly from?: string;
  /** More arguments for `ostree commit`: signing, metadata. */
  readonly options?: readonly string[];
}

/** Sets the mirror up, and publishes `debian/12/server` in it: returns that commit. */
export async function makeMirror(host: Host): Promise<string> {
  const repo = outside(host, mirrorPath);
  await mkdir(dirname(repo), { recursive: true });
  // Links are safe: a repository writes objects once, and replaces refs and configuration by renaming.
  await execa('cp', ['-al', host.trees.mirror, repo]);
  await rm(join(repo, '.lock'), { force: true });
  return publish(host, serverRef, { version: '12.1' });
}

/** Publishes a commit: the guests' tree with some changes. Returns its checksum. */
export const publish = (host: Host, ref: string, changes: Changes = {}): Promise<string> =>
  publishIn(outside(host, mirrorPath), host.work, ref, { from: guestRecipe.ref, ...changes });

/** Publishes a commit in a repository; `work` is a directory for what it takes. */
export async function publishIn(
  repo: string,
  work: string,
  ref: string,
  changes: Changes & { readonly from: string },
): Promise<string> {
  const overlay = await mkdtemp(join(work, 'commit-'));
  await writeFiles(join(overlay, 'tree'), changes.files ?? {});
  const left = [...(changes.remove ?? [])];
  if (changes.kernel === false) left.push('/usr/lib/modules/0-placeholder/vmlinuz');
  await writeFile(join(overlay, 'skip'), left.map((path) => `${inTree(path)}\n`).join(''));
  const { stdout } = await execa('ostree', [
    'commit',
    `--repo=${repo}`,
    `--branch=${ref}`,
    `--tree=ref=${changes.from}`,
    `--tree=dir=${join(overlay, 'tree')}`,
    // Anything that changes files on the way makes ostree write all of them again: 3 s instead of 0.1 s.
    ...(left.length ? [`--skip-list=${join(overlay, 'skip')}`] : []),
    ...(changes.version ? [`--add-metadata-string=version=${changes.version}`] : []),
    ...(changes.options ?? []),
  ]);
  await rm(overlay, { recursive: true });
  return stdout.trim();
}

async function writeFiles(tree: string, files: NonNullable<Changes['files']>): Promise<void> {
  await mkdir(tree);
  for (const [path, file] of Object.entries(files)) {
    const { content, mode = 0o644 } = typeof file === 'string' ? { content: file } : file;
    await mkdir(dirname(join(tree, inTree(path))), { recursive: true });
    await writeFile(join(tree, inTree(path)), content);
    await chmod(join(tree, inTree(path)), mode);
  }
}

/** A tree keeps /etc in /usr/etc. */
function inTree(path: string): string {
  return join('/', path).replace(/^\/etc\//, '/usr/etc/');
}
