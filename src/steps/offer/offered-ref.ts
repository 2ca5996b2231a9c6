import { wallClock } from '../../host/clock.ts';
import type { Checksum } from '../../ostree/names.ts';
import { ostree } from '../../ostree/ostree.ts';
import { dropRef, hasCommit, holdCommit, readCommit } from '../../ostree/repository.ts';
import {
  type Published,
  type PublishedCommit,
  publishedDamage,
  readPublished,
  writePublished,
} from '../../state/published.ts';
import { complain, type Report } from '../../state/report.ts';
import {
  announced,
  type CommitRemoval,
  deltaBases,
  droppedSince,
  endOfRef,
  offered,
  removalOf,
  withCurrent,
} from './commit-history.ts';

/**
 * A ref of a repository that clients pull from, with the record of its commits. Clients find commits by the ref and the summary,
 * which change only when everything else is there. Clients do not see what an interrupted run leaves; the next run completes it.
 */
export class OfferedRef {
  readonly repository: string;
  readonly ref: string;
  /** The commit that clients get, when this object is made. */
  readonly current: Checksum | undefined;
  readonly #recorded: Published;
  /** What is to be recorded. A ref that is not dropped again is not dropped. */
  #next: Published;

  constructor(repository: string, ref: string) {
    this.repository = repository;
    this.ref = ref;
    this.current = readCommit(repository, ref);
    const damage = publishedDamage(repository, ref);
    if (damage) complain(`${damage.message}. ${damage.remedy}`);
    this.#recorded = readPublished(repository, ref);
    const commits = withCurrent(this.#recorded.commits, this.current, wallClock());
    this.#next = { ...this.#recorded, commits, dropped: undefined, missed: undefined };
  }

  /** True if clients may see something that the record does not have yet. */
  get hasChanged(): boolean {
    const [next, before] = [this.#next, this.#recorded];
    const isDropped = next.dropped !== undefined;
    return (
      next.commits !== before.commits ||
      next.keys !== before.keys ||
      isDropped !== (before.dropped !== undefined) ||
      this.#isOver
    );
  }

  /** The keys that have signed the last commit, as far as that is recorded. */
  get keys(): string | undefined {
    return this.#recorded.keys;
  }

  /** Records from which commit of a build the last one was made, and who has signed it. */
  describe(of: Pick<Published, 'built' | 'keys'>): void {
    this.#next = { ...this.#next, ...of };
  }

  /** Lets the ref go: clients find it for some time, and its commits stay a day longer. Offering it again takes that back. */
  async drop(): Promise<void> {
    const now = wallClock();
    this.#next = { ...this.#next, dropped: droppedSince(this.#recorded, now), missed: now };
    if (this.#isOver) await dropRef(this.repository, this.ref);
  }

  /** When the ref is removed; undefined if it was not dropped. */
  get end(): number | undefined {
    const { dropped } = this.#next;
    return dropped === undefined ? undefined : endOfRef(dropped);
  }

  get #isOver(): boolean {
    return this.end !== undefined && wallClock() >= this.end;
  }

  /** Records commits before they are written to the repository. */
  announce(commits: readonly PublishedCommit[]): void {
    this.#record(announced(this.#next.commits, commits));
  }

  /** Offers a commit that the repository has: makes the deltas to it, and then moves the ref. save() records it. */
  async offer(commit: PublishedCommit, deltas: number, report: Report): Promise<void> {
    const { checksum } = commit;
    await this.#makeDeltas(deltaBases(this.#next.commits, checksum, deltas), checksum, report);
    await holdCommit(this.repository, this.ref, checksum);
    this.#next = { ...this.#next, commits: offered(this.#next.commits, commit, wallClock()) };
  }

  /** Decides which commits this ref no longer needs. */
  removal(keep: number): CommitRemoval {
    return removalOf(this.#next, keep, wallClock());
  }

  forget(commits: readonly Checksum[]): void {
    if (commits.length > 0)
      this.#record(this.#next.commits.filter(({ checksum }) => !commits.includes(checksum)));
  }

  save(): void {
    const { commits, missed, built } = this.#next;
    if (this.hasChanged || missed !== undefined || built !== this.#recorded.built) this.#record(commits);
  }

  #record(commits: readonly PublishedCommit[]): void {
    this.#next = { ...this.#next, commits };
    writePublished(this.repository, this.ref, this.#next);
  }

  async #makeDeltas(bases: readonly Checksum[], to: Checksum, report: Report): Promise<void> {
    const here = `--repo=${this.repository}`;
    for (const from of bases.filter((commit) => hasCommit(this.repository, commit))) {
      report.step(`Making the static delta from ${from.slice(0, 12)}`);
      const ends = [`--from=${from}`, `--to=${to}`];
      const what = `Cannot make a static delta in ${this.repository}`;
      await ostree(what, here, 'static-delta', 'generate', ...ends);
    }
    await ostree(`Cannot index static deltas in ${this.repository}`, here, 'static-delta', 'reindex');
  }
}
