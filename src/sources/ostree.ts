import { type Guest, placeOf, stateDirectory } from '../config/guest.ts';
import { Failure } from '../failure.ts';
import { listDeployments } from '../ostree/deployments.ts';
import { reason, tryOstree } from '../ostree/ostree.ts';
import { hasCommit, remoteCommit, repositoryOf } from '../ostree/repository.ts';
import type { HostRemote } from './host-remotes.ts';
import { configureRemote } from './remote.ts';

/** A commit that a source offers, known but not yet fetched in full. */
export interface Offer {
  readonly checksum: string;
  /** REMOTE:REF */
  readonly refspec: string;
  /** Where it comes from, for messages. */
  readonly url: string;
}

/** Asks the guest's remote which commit its ref is at; brings only that commit's metadata. */
export async function newestCommit(guest: Guest, remote: HostRemote): Promise<Offer> {
  const repository = repositoryOf(guest.sysroot);
  await configureRemote(repository, guest.remoteName, remote);
  const url = remote.options['url'] ?? '';
  await pull(guest, url, '--commit-metadata-only', guest.remoteName, guest.ref);
  const checksum = remoteCommit(repository, guest.remoteName, guest.ref);
  if (checksum === undefined) throw new Error(`ostree pulled ${guest.ref} but left no ref`);
  return { checksum, refspec: `${guest.remoteName}:${guest.ref}`, url };
}

/**
 * Brings all objects of a commit into the guest's repository. What one of the neighbours, the repositories
 * of other guests and of the host, already has is linked, or where that cannot be copied, and not downloaded.
 */
export async function fetchCommit(guest: Guest, offer: Offer, neighbours: readonly string[]): Promise<void> {
  const repository = repositoryOf(guest.sysroot);
  if (hasCommit(repository, offer.checksum)) return;
  for (const neighbour of neighbours.filter((candidate) => hasCommit(candidate, offer.checksum))) {
    // A neighbour may just be pruning; the remote still has everything.
    await tryOstree(`--repo=${repository}`, 'pull-local', neighbour, offer.checksum);
    if (hasCommit(repository, offer.checksum)) return;
  }
  if (offer.url.startsWith('file://') && listDeployments(guest.sysroot).length === 0)
    await seed(repository, neighbours);
  const caches = neighbours.map((neighbour) => `--localcache-repo=${neighbour}`);
  // The commit by name: the remote's ref may have moved on since.
  await pull(guest, offer.url, ...caches, guest.remoteName, `${guest.ref}@${offer.checksum}`);
}

/**
 * Links what other guests run from: libostree looks into caches for remotes on the network only, and would copy
 * from a local one what is already there under another commit. What is not needed goes with the next clean-up.
 */
async function seed(repository: string, neighbours: readonly string[]): Promise<void> {
  for (const neighbour of neighbours.filter((candidate) => candidate.startsWith(`${stateDirectory}/`))) {
    const [deployment] = listDeployments(neighbour.replace(/\/ostree\/repo$/, ''));
    if (deployment) await tryOstree(`--repo=${repository}`, 'pull-local', neighbour, deployment.checksum);
  }
}

async function pull(guest: Guest, url: string, ...args: readonly string[]): Promise<void> {
  const { remoteName, ref } = guest;
  const repository = `--repo=${repositoryOf(guest.sysroot)}`;
  const { exitCode, stderr } = await tryOstree(repository, 'pull', ...args);
  if (exitCode === 0) return;
  const place = guest.remote ? placeOf(guest, 'Remote', 'URL') : placeOf(guest, 'Guest', 'Ref');
  const message = `${place}: cannot fetch ${ref} from ${url}: ${reason(stderr)}`;
  throw new Failure(
    message,
    `The guest is as it was. Try it by hand: ostree ${repository} pull ${remoteName} ${ref}`,
  );
}
