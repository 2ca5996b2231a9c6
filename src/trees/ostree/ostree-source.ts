import { existsSync } from 'node:fs';
import type { Guest } from '../../config/guest.ts';
import { type OstreeOrigin, originName } from '../../config/origin.ts';
import { roomsOf, runConfined, treeCapabilities } from '../../host/confined.ts';
import { type Finished, run } from '../../host/process.ts';
import { listDeployments, originOf } from '../../ostree/deployments.ts';
import { reason } from '../../ostree/ostree.ts';
import { hasCommit, remoteCommit, repositoryOf } from '../../ostree/repository.ts';
import type { Progress } from '../../state/report.ts';
import { link, placesOf } from '../linking/link.ts';
import type { Source } from '../source.ts';
import { notFetched } from './fetch-failure.ts';
import { urlOf } from './host-remotes.ts';
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
  const repository = repositoryOf(guest.sysroot);
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
        const looked = await pullMetadata(guest, origin, older, readable);
        if (looked.exitCode !== 0) throw notFetched(guest, origin, url, reason(looked.stderr));
      }
      const checksum = remoteCommit(repository, remoteName, ref);
      if (checksum === undefined) throw new Error(`ostree pulled ${ref} but left no ref`);
      const fetch = async (report: Progress) => {
        if (hasCommit(repository, checksum)) return checksum;
        // Names the commit, because the remote's ref may have moved since.
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

/** What src/steps/update/ask-first says that it has asked the remote successfully, a moment ago. */
const askedWords = ({ remoteName, ref }: OstreeOrigin, older = ''): string => `${remoteName}:${ref} ${older}`;

/** The time limit for the answer of a remote, in milliseconds. The answer has a few kB. */
const answerTime = 10 * 60_000;

/**
 * Asks the remote, as src/steps/update/ask-first does. Pulls in the update itself; in a process of its own if the remote is in a
 * directory that the update does not see.
 */
async function pullMetadata(
  guest: Guest,
  { remoteName, ref }: OstreeOrigin,
  older: string | undefined,
  readable: readonly string[],
): Promise<Finished> {
  const check = older === undefined ? [] : [`--timestamp-check-from-rev=${older}`];
  const repository = `--repo=${repositoryOf(guest.sysroot)}`;
  const args = [repository, 'pull', '--commit-metadata-only', ...check, remoteName, ref];
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

/** Has objects from a directory checked, which OSTree does not do by default: anybody may have written to a USB stick. */
const checked = (url: string): string[] => (url.startsWith('file://') ? ['--untrusted'] : []);

/** Refuses older commits: they may have a valid signature, and known security holes. Commits of another ref are not compared. */
function notOlderThan(guest: Guest, origin: OstreeOrigin): string | undefined {
  const [deployed] = listDeployments(guest.sysroot);
  if (guest.update.allowDowngrade || !deployed) return undefined;
  const isSame = originOf(deployed)['origin']?.['refspec'] === originName(origin);
  return isSame ? deployed.checksum : undefined;
}
