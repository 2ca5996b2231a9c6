import { type Guest, originPlace, placeOf, stateDirectory } from '../config/guest.ts';
import { type OstreeOrigin, originName } from '../config/origin.ts';
import { Failure } from '../failure.ts';
import { listDeployments, originOf } from '../ostree/deployments.ts';
import { reason, tryOstree } from '../ostree/ostree.ts';
import { pullAndTell } from '../ostree/pull-progress.ts';
import { hasCommit, remoteCommit, repositoryOf } from '../ostree/repository.ts';
import type { Finished } from '../process.ts';
import { configureRemote, findRemote } from './remote.ts';
import type { Neighbours, Source, Tell } from './source.ts';

/** A ref of an OSTree remote. Its commit is known, with its signature, before any of its objects are fetched. */
export function ostreeSource(guest: Guest, origin: OstreeOrigin, neighbours: Neighbours): Source {
  const { remoteName, ref } = origin;
  const repository = repositoryOf(guest.sysroot);
  const remote = findRemote(guest, origin);
  const url = remote.options['url'] ?? '';
  const pull = (args: readonly string[], tell?: Tell) =>
    pullFrom(guest, origin, url, pullAndTell([`--repo=${repository}`, 'pull', ...args], tell));
  return {
    async check() {
      configureRemote(repository, remoteName, remote);
      await pull(['--commit-metadata-only', ...notOlder(guest, origin), remoteName, ref]);
      const checksum = remoteCommit(repository, remoteName, ref);
      if (checksum === undefined) throw new Error(`ostree pulled ${ref} but left no ref`);
      const fetch = async (tell: Tell) => {
        if (hasCommit(repository, checksum)) return checksum;
        const others = neighbours();
        if (await linkCommit(repository, checksum, others)) return checksum;
        if (url.startsWith('file://') && listDeployments(guest.sysroot).length === 0)
          await seed(repository, others);
        const caches = others.map((neighbour) => `--localcache-repo=${neighbour}`);
        // The commit by name: the remote's ref may have moved on since.
        await pull([...checked(url), ...caches, remoteName, `${ref}@${checksum}`], tell);
        return checksum;
      };
      return { checksum, refspec: originName(origin), url, fetch };
    },
  };
}

/** What is copied from a directory is compared with its checksum only if asked for; a stick may be anybody's. */
const checked = (url: string): string[] => (url.startsWith('file://') ? ['--untrusted'] : []);

/** An old commit may have a good signature, and holes that are known by now. Another ref is another history. */
function notOlder(guest: Guest, origin: OstreeOrigin): string[] {
  const [deployed] = listDeployments(guest.sysroot);
  if (guest.update.allowDowngrade || !deployed) return [];
  const isSame = originOf(deployed)['origin']?.['refspec'] === originName(origin);
  return isSame ? [`--timestamp-check-from-rev=${deployed.checksum}`] : [];
}

/**
 * Brings a commit from one of the neighbours that has it: its objects are linked, or where that cannot be copied, and
 * not downloaded. Answers whether it is there now.
 */
export async function linkCommit(repository: string, checksum: string, neighbours: readonly string[]) {
  for (const neighbour of neighbours.filter((candidate) => hasCommit(candidate, checksum))) {
    // A neighbour may just be pruning; the remote still has everything.
    await tryOstree(`--repo=${repository}`, 'pull-local', neighbour, checksum);
    if (hasCommit(repository, checksum)) return true;
  }
  return false;
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

/** Waits for a pull, and says what went wrong with it. */
async function pullFrom(guest: Guest, origin: OstreeOrigin, url: string, pull: Promise<Finished>) {
  const { remote, remoteName, ref } = origin;
  const repository = `--repo=${repositoryOf(guest.sysroot)}`;
  const { exitCode, stderr } = await pull;
  if (exitCode === 0) return;
  const place = remote ? placeOf(guest, 'Remote', 'URL') : originPlace(guest);
  const message = `${place}: cannot fetch ${ref} from ${url}: ${reason(stderr)}`;
  const remedy = /chronologically older/.test(stderr)
    ? 'To go back to it all the same, set AllowDowngrade=yes in [Update]'
    : `Try it by hand: ostree ${repository} pull ${remoteName} ${ref}`;
  throw new Failure(message, `The guest is as it was. ${remedy}`);
}
