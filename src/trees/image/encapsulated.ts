import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { ostree, tryOstree } from '../../ostree/ostree.ts';
import { hasCommit, readCommit } from '../../ostree/repository.ts';

/** Where ostree keeps what it pulled: a commit of each image, and one of each layer. */
const imageRefs = 'ostree/container/image';
const layerRefs = 'ostree/container/blob';

/**
 * Whether this host's ostree pulls images itself. That is an extension, which comes with rpm-ostree and bootc; without
 * it, ostree answers with its own help, and success.
 */
export async function pullsImages(): Promise<boolean> {
  const { exitCode, stdout } = await tryOstree('container', 'image', 'pull', '--help');
  return exitCode === 0 && stdout.includes('--check');
}

/** The commit of an image as it is now, if that was pulled already. */
export async function pulledCommit(repository: string, image: string): Promise<string | undefined> {
  const directory = mkdtempSync(`${tmpdir()}/ostree-guests-`);
  try {
    // It is written where there is something new.
    const manifest = `${directory}/manifest`;
    await pull(`Cannot look at ${image}`, repository, image, `--check=${manifest}`);
    return existsSync(manifest) ? undefined : imageCommit(repository, image);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Pulls an image, of which only those layers are downloaded that this repository does not have. */
export async function pullImage(
  repository: string,
  image: string,
  link: () => Promise<unknown>,
): Promise<string> {
  const ref = refOf(image);
  // A pull drops the layers that no image has.
  for (const other of await refs(repository, imageRefs))
    if (other !== ref)
      await ostree(`Cannot drop ${other}`, `--repo=${repository}`, 'refs', '--delete', other);
  await link();
  await pull(`Cannot fetch ${image}`, repository, image);
  const commit = imageCommit(repository, image);
  if (commit === undefined) throw new Error(`ostree pulled ${image} but left no ref ${ref}`);
  return commit;
}

/** Drops what was pulled, where a tree comes from somewhere else now. */
export async function forgetImages(repository: string): Promise<void> {
  for (const prefix of [imageRefs, layerRefs])
    if (existsSync(`${repository}/refs/heads/${prefix}`))
      await ostree(`Cannot drop ${prefix}`, `--repo=${repository}`, 'refs', '--delete', prefix);
}

const pull = (what: string, repository: string, image: string, ...options: string[]): Promise<string> =>
  ostree(
    what,
    ...['container', 'image', 'pull', '--quiet', ...options],
    ...[repository, `ostree-unverified-image:${image}`],
  );

/** The commit of an image that a repository has with all its objects. */
export function imageCommit(repository: string, image: string): string | undefined {
  const commit = readCommit(repository, refOf(image));
  return commit !== undefined && hasCommit(repository, commit) ? commit : undefined;
}

/** The refs that an image and its layers have in a repository. */
export const imageRefsIn = async (repository: string, image: string): Promise<string[]> => [
  refOf(image),
  ...(await refs(repository, layerRefs)),
];

async function refs(repository: string, prefix: string): Promise<string[]> {
  const what = `Cannot list the refs of ${repository}`;
  const listed = await ostree(what, `--repo=${repository}`, 'refs', '--list', prefix);
  return listed.split('\n').filter((ref) => ref !== '');
}

const refOf = (image: string): string => `${imageRefs}/${escapeForRef(image)}`;

/** As ostree's extension does it: what a ref cannot have is written as _2F_. */
export const escapeForRef = (text: string): string =>
  text.replace(/[^a-zA-Z0-9-]/g, (char, at: number) => {
    if (char === '_') return '__';
    const isInside = at < text.length - 1 && /[a-zA-Z0-9]/.test(text[at - 1] ?? '');
    if (char === '/' && isInside) return char;
    return `_${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}_`;
  });
