import { existsSync } from 'node:fs';
import { type Guest, originPlace, placeOf } from '../../config/guest.ts';
import { type OstreeOrigin, originName } from '../../config/origin.ts';
import { roomsOf, runConfined, treeCapabilities } from '../../host/confined.ts';
import { Failure } from '../../host/failure.ts';
import { type Finished, run } from '../../host/process.ts';
import { listDeployments, originOf } from '../../ostree/deployments.ts';
import { reason } from '../../ostree/ostree.ts';
import { hasCommit, remoteCommit, repositoryOf } from '../../ostree/repository.ts';
import type { Progress } from '../../state/report.ts';
import { link, placesOf } from '../linking/link.ts';
import type { Source } from '../source.ts';
import { configureRemote, findRemote } from './remote.ts';

/** A ref of an OSTree remote. Its commit is known, with its signature, before any of its objects are fetched. */
export function ostreeSource(guest: Guest, origin: OstreeOrigin): Source {
  const { remoteName, ref } = origin;
  const repository = repositoryOf(guest.sysroot);
  const remote = findRemote(guest, origin);
  const url = remote.options['url'] ?? '';
  const readable = placesOf(remote.options);
  return {
    async check() {
      configureRemote(repository, remoteName, remote);
      const metadata = ['--commit-metadata-only', ...notOlder(guest, origin), remoteName, ref];
      const looked = await pullMetadata(guest, readable, [`--repo=${repository}`, 'pull', ...metadata]);
      if (looked.exitCode !== 0) throw notFetched(guest, origin, url, reason(looked.stderr));
      const checksum = remoteCommit(repository, remoteName, ref);
      if (checksum === undefined) throw new Error(`ostree pulled ${ref} but left no ref`);
      const fetch = async (report: Progress) => {
        if (hasCommit(repository, checksum)) return checksum;
        // The commit by name: the remote's ref may have moved on since.
        const args = [...checked(url), remoteName, `${ref}@${checksum}`];
        const seed = url.startsWith('file://') && listDeployments(guest.sysroot).length === 0;
        const linked = await link(guest, { kind: 'pull', checksum, args, seed }, { readable, report });
        if ('failed' in linked) throw notFetched(guest, origin, url, linked.failed);
        return checksum;
      };
      return { checksum, refspec: originName(origin), from: url, fetch };
    },
  };
}

/** How long a remote may take to answer what it has. It is a few kB. */
const answerTime = 10 * 60_000;

/** In the update itself, or where the remote is at a place of the host that the update does not see, beside it. */
async function pullMetadata(
  guest: Guest,
  readable: readonly string[],
  args: readonly string[],
): Promise<Finished> {
  if (readable.every((path) => existsSync(path))) return run('ostree', args, { timeout: answerTime });
  return runConfined(
    {
      name: `look-${guest.name}`,
      writable: roomsOf(guest),
      readable,
      network: true,
      capabilities: treeCapabilities,
      timeLimit: '10min',
    },
    ['ostree', ...args],
  );
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

function notFetched(
  guest: Guest,
  { remote, remoteName, ref }: OstreeOrigin,
  url: string,
  cause: string,
): Failure {
  const place = remote ? placeOf(guest, 'Remote', 'URL') : originPlace(guest);
  const message = `${place}: cannot fetch ${ref} from ${url}: ${cause}`;
  const remedy = /chronologically older/.test(cause)
    ? 'To go back to it all the same, set AllowDowngrade=yes in [Update]'
    : `Try it by hand: ostree --repo=${repositoryOf(guest.sysroot)} pull ${remoteName} ${ref}`;
  return new Failure(message, remedy);
}
