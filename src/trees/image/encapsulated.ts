import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { Checksum } from '../../ostree/names.ts';
import { ostree, tryOstree } from '../../ostree/ostree.ts';
import { hasCommit, readCommit } from '../../ostree/repository.ts';

/** The refs of images that ostree pulled: a commit of each image, and one of each layer. */
const imageRefs = 'ostree/container/image';
const layerRefs = 'ostree/container/blob';

/**
 * Returns true if this host's ostree can pull images. This needs an extension, which comes with rpm-ostree and bootc; without
 * it, ostree prints its own help and succeeds.
 */
export async function pullsImages(): Promise<boolean> {
  const { exitCode, stdout } = await tryOstree('container', 'image', 'pull', '--help');
  return exitCode === 0 && stdout.includes('--check');
}

/** Returns the commit of the current image, if it was already pulled. */
export async function pulledCommit(repository: string, image: string): Promise<Checksum | undefined> {
  const directory = mkdtempSync(`${tmpdir()}/ostree-guests-`);
  try {
    // Written only if there is something new.
    const manifest = `${directory}/manifest`;
    await pull(`Cannot look at ${image}`, repository, image, `--check=${manifest}`);
    return existsSync(manifest) ? undefined : imageCommit(repository, image);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Pulls an image; downloads only missing layers. */
export async function pullImage(
  repository: string,
  image: string,
  link: () => Promise<unknown>,
): Promise<Checksum> {
  const ref = refOf(image);
  // A pull drops layers that no image uses.
  for (const other of await refs(repository, imageRefs))
    if (other !== ref)
      await ostree(`Cannot drop ${other}`, `--repo=${repository}`, 'refs', '--delete', other);
  await link();
  await pull(`Cannot fetch ${image}`, repository, image);
  const commit = imageCommit(repository, image);
  if (commit === undefined) throw new Error(`ostree pulled ${image} but left no ref ${ref}`);
  return commit;
}

/** Drops all pulled images, because the tree has another source now. */
export async function forgetImages(repository: string): Promise<void> {
  for (const prefix of [imageRefs, layerRefs])
    if (existsSync(`${repository}/refs/heads/${prefix}`))
      await ostree(`Cannot drop ${prefix}`, `--repo=${repository}`, 'refs', '--delete', prefix);
}

const pull = (what: string, repository: string, image: string, ...options: string[]): Promise<string> =>
  ostree(
    what,
    'container',
    'image',
    'pull',
    '--quiet',
    ...options,
    repository,
    `ostree-unverified-image:${image}`,
  );

/** Returns the complete commit of an image in a repository. */
export function imageCommit(repository: string, image: string): Checksum | undefined {
  const commit = readCommit(repository, refOf(image));
  return commit !== undefined && hasCommit(repository, commit) ? commit : undefined;
}

/** Returns the refs of an image and its layers in a repository. */
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

/** Escapes characters that a ref cannot have, like ostree's extension: _2F_. */
export const escapeForRef = (text: string): string =>
  text.replace(/[^a-zA-Z0-9-]/g, (char, at: number) => {
    if (char === '_') return '__';
    const isInside = at < text.length - 1 && /[a-zA-Z0-9]/.test(text[at - 1] ?? '');
    if (char === '/' && isInside) return char;
    return `_${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}_`;
  });
