import type { Guest } from '../../config/guest.ts';
import { type OstreeOrigin, originName } from '../../config/origin.ts';
import { listDeployments, originOf } from '../../ostree/deployments.ts';
import { reason } from '../../ostree/ostree.ts';
import { fetchedCommit, hasCommit } from '../../ostree/repository.ts';
import type { Progress } from '../../state/report.ts';
import { link, placesOf } from '../linking/link.ts';
import type { Source } from '../source.ts';
import { notFetched } from './fetch-failure.ts';
import { urlOf } from './host-remotes.ts';
import { checked, guestAsPuller, pullMetadataFrom } from './pulling.ts';
import { configureRemote, findRemote, isConfigured } from './remote.ts';

/** What an update asks an OSTree remote. */
export interface Question {
  readonly remoteName: string;
  readonly ref: string;
  readonly refspec: string;
  /** The commit that the answer must not be older than. */
  readonly older: string | undefined;
  readonly options: Readonly<Record<string, string>>;
  /** Places of the host that this needs. */
  readonly readable: readonly string[];
}

/** Returns what the updates of a guest ask; undefined if its tree does not come from an OSTree remote. */
export function questionOf(guest: Guest): Question | undefined {
  const { origin, update } = guest;
  if (origin.kind !== 'ostree' || update.by !== 'host') return undefined;
  const { remoteName, ref } = origin;
  const { options } = findRemote(guest, origin);
  const readable = placesOf(options);
  return {
    remoteName,
    ref,
    refspec: originName(origin),
    older: notOlderThan(guest, origin),
    options,
    readable,
  };
}

/** A ref of an OSTree remote. The commit and its signature are fetched first, and any other object later. */
export function ostreeSource(guest: Guest, origin: OstreeOrigin, asked?: string): Source {
  const { remoteName, ref } = origin;
  const puller = guestAsPuller(guest, origin);
  const { repository } = puller;
  const remote = findRemote(guest, origin);
  const url = urlOf(remote.options);
  const readable = placesOf(remote.options);
  return {
    async check() {
      const older = notOlderThan(guest, origin);
      const isAnswered =
        asked === askedWords(origin, older) && isConfigured(repository, remoteName, remote.options);
      configureRemote(repository, remoteName, remote);
      if (!isAnswered) {
        const looked = await pullMetadataFrom(readable, puller, origin, older);
        if (looked.exitCode !== 0) throw notFetched(puller, origin, url, reason(looked.stderr));
      }
      const checksum = fetchedCommit(repository, remoteName, ref);
      const fetch = async (report: Progress) => {
        if (hasCommit(repository, checksum)) return checksum;
        // Names the commit, because the remote's ref may have moved since.
        const args = [...checked(url), remoteName, `${ref}@${checksum}`];
        const seed = url.startsWith('file://') && listDeployments(guest.sysroot).length === 0;
        const linked = await link(guest, { kind: 'pull', checksum, args, seed }, { readable, report });
        if ('failed' in linked) throw notFetched(puller, origin, url, linked.failed);
        return checksum;
      };
      return { checksum, refspec: originName(origin), from: url, fetch };
    },
  };
}

/** What src/steps/update/ask-first says that it has asked the remote successfully, a moment ago. */
const askedWords = ({ remoteName, ref }: OstreeOrigin, older = ''): string => `${remoteName}:${ref} ${older}`;

/** Refuses older commits: they may have a valid signature, and known security holes. Commits of another ref are not compared. */
function notOlderThan(guest: Guest, origin: OstreeOrigin): string | undefined {
  const [deployed] = listDeployments(guest.sysroot);
  if (guest.update.allowDowngrade || !deployed) return undefined;
  const isSame = originOf(deployed)['origin']?.['refspec'] === originName(origin);
  return isSame ? deployed.checksum : undefined;
}
