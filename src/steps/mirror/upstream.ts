import { existsSync } from 'node:fs';
import { type Mirror, mirrorDirectory, mirrorPlace } from '../../config/mirror.ts';
import { placeText } from '../../config/problem.ts';
import { Failure } from '../../host/failure.ts';
import { run } from '../../host/process.ts';
import type { Checksum } from '../../ostree/names.ts';
import { ostree, reason } from '../../ostree/ostree.ts';
import { finishPruning, pruneToRefs } from '../../ostree/pruning.ts';
import { pullAndTell } from '../../ostree/pull-progress.ts';
import {
  deleteRefs,
  ensureRepository,
  fetchedCommit,
  hasCommit,
  remoteRefs,
} from '../../ostree/repository.ts';
import type { Progress } from '../../state/report.ts';
import { meaningOfAnswer } from '../../trees/ostree/fetch-failure.ts';
import { answerTime, pullMetadata } from '../../trees/ostree/pulling.ts';
import { configureRemote, declaredRemote } from '../../trees/ostree/remote.ts';

/** The name of the remote in the repository that fetches. */
const remoteName = 'upstream';

/**
 * The repository that a mirror is of, and a repository of our own that fetches from it and verifies. Ours keeps the last commit of
 * each ref, unpacked: OSTree cannot apply static deltas in a repository that clients pull from. It also has the URL, which may have
 * a password.
 */
export class Upstream {
  /** The repository that fetches. */
  readonly repository: string;
  readonly #mirror: Mirror;

  private constructor(mirror: Mirror) {
    this.#mirror = mirror;
    this.repository = `${mirrorDirectory(mirror.name)}/repo`;
  }

  static async of(mirror: Mirror): Promise<Upstream> {
    const declared = declaredRemote(mirror.remote, mirror, 'Mirror');
    const missing = missingRepository(mirror.remote.url);
    if (missing !== undefined)
      throw new Failure(
        `${placeText(mirrorPlace(mirror, 'URL'))}: there is no OSTree repository in ${missing}`,
        'If it is on a stick: is that plugged in and mounted?',
      );
    const upstream = new Upstream(mirror);
    const { repository } = upstream;
    await ensureRepository(repository, 'bare-user');
    await finishPruning(repository);
    configureRemote(repository, remoteName, declared);
    return upstream;
  }

  /** Returns the refs that the summary lists; undefined if there is no summary. */
  async refs(): Promise<readonly string[] | undefined> {
    const args = [`--repo=${this.repository}`, 'remote', 'refs', remoteName];
    const { exitCode, stdout, stderr } = await run('ostree', args, { timeout: answerTime });
    if (exitCode === 0) return stdout.split('\n').flatMap((line) => line.replace(/^[^:]*:/, '').trim() || []);
    if (/no summary/.test(stderr)) return undefined;
    throw this.#failure('cannot list its refs', reason(stderr));
  }

  /**
   * Asks for the commit of a ref, and verifies its signature and that it is bound to this ref. Refuses a commit that is older than
   * the one that clients have: its signature may be right, and its holes are known.
   */
  async look(ref: string, current: Checksum | undefined, offered: string): Promise<Checksum> {
    if (current !== undefined) await this.#seed(offered, current);
    const looked = await pullMetadata(this.repository, { remoteName, ref }, current);
    if (looked.exitCode !== 0) throw this.#notFetched(ref, reason(looked.stderr), offered);
    return fetchedCommit(this.repository, remoteName, ref);
  }

  /** Fetches a commit, by a static delta from what is here if the upstream has one. Returns false if it does not have one. */
  async fetch(ref: string, checksum: Checksum, report: Progress): Promise<boolean> {
    if (hasCommit(this.repository, checksum)) return true;
    const here = `--repo=${this.repository}`;
    const what = [remoteName, `${ref}@${checksum}`];
    if (this.#isLocal) {
      await this.#pull(ref, [here, 'pull', '--untrusted', ...what], report);
      return true;
    }
    const byDelta = await pullAndTell(
      [here, 'pull', '--require-static-deltas', ...what],
      tellOf(ref, report),
    );
    if (byDelta.exitCode === 0) return true;
    // Nothing arrived any more.
    if (byDelta.ended === 'stopped') throw this.#notFetched(ref, reason(byDelta.stderr));
    await this.#pull(ref, [here, 'pull', ...what], report);
    return false;
  }

  /**
   * Removes the refs that are not mirrored any more, and the commits that no ref leads to, if there can be any. `refs` is undefined if
   * it is not known which are.
   */
  async prune(refs: readonly string[] | undefined, hasFetched: boolean): Promise<void> {
    const wanted = refs?.map((ref) => `${remoteName}:${ref}`);
    const unwanted = wanted ? remoteRefs(this.repository).filter((ref) => !wanted.includes(ref)) : [];
    await deleteRefs(this.repository, unwanted);
    if (hasFetched || unwanted.length > 0) await pruneToRefs(this.repository);
  }

  get #isLocal(): boolean {
    return this.#mirror.remote.url.startsWith('file://');
  }

  /** An upstream that hangs would keep the repository locked, and the timer from trying again. */
  async #pull(ref: string, args: readonly string[], report: Progress): Promise<void> {
    const { exitCode, stderr } = await pullAndTell(args, tellOf(ref, report));
    if (exitCode !== 0) throw this.#notFetched(ref, reason(stderr));
  }

  /** Gets the commit that clients have from where they have it, if it is lost here. */
  async #seed(offered: string, current: Checksum): Promise<void> {
    if (hasCommit(this.repository, current) || !hasCommit(offered, current)) return;
    const what = `Cannot copy ${current} from ${offered}`;
    await ostree(what, `--repo=${this.repository}`, 'pull-local', offered, current);
  }

  #notFetched(ref: string, cause: string, offered = ''): Failure {
    if (!/chronologically older/.test(cause)) return this.#failure(`cannot fetch ${ref}`, cause);
    const message = `${this.#place}: ${this.#mirror.remote.url} offers an older commit of ${ref} than before, which is refused: ${cause.replace(/; use --allow-downgrade.*/, '')}`;
    return new Failure(
      message,
      `Ask who runs it. If it is meant to be so: ostree --repo=${offered} refs --delete ${ref}`,
    );
  }

  #failure(what: string, cause: string): Failure {
    const { url } = this.#mirror.remote;
    const { words = cause, remedy } = meaningOfAnswer(cause, url);
    return new Failure(`${this.#place}: ${what} from ${url}: ${words}`, remedy);
  }

  get #place(): string {
    return placeText(mirrorPlace(this.#mirror, 'URL'));
  }
}

const tellOf =
  (ref: string, report: Progress) =>
  ({ words, bytes }: { words: string; bytes: number }): void =>
    report.progress(`Fetching ${ref}: ${words}`, bytes);

/** Returns the directory of a file:// URL, if no repository is there. OSTree would only say that there is no summary. */
export function missingRepository(url: string): string | undefined {
  const directory = /^file:\/\/(\/[^%]*)$/.exec(url)?.[1];
  return directory === undefined || existsSync(`${directory}/config`) ? undefined : directory;
}
