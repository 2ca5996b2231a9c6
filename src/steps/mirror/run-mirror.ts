import { type Mirror, mirrorPlace } from '../../config/mirror.ts';
import { placeText } from '../../config/problem.ts';
import { wallClock } from '../../host/clock.ts';
import { explain, explainAny, Failure, messageOf } from '../../host/failure.ts';
import type { Checksum } from '../../ostree/names.ts';
import { ostree } from '../../ostree/ostree.ts';
import { plainVersion } from '../../ostree/plain-version.ts';
import { dateOf, versionOf } from '../../ostree/repository.ts';
import { takeSignatures } from '../../ostree/signatures.ts';
import { type MirrorResult, readMirrorResult, writeMirrorResult } from '../../state/mirror-result.ts';
import { type PublishedCommit, readPublished } from '../../state/published.ts';
import { complain, type Report } from '../../state/report.ts';
import { seeAnswer } from '../../trees/ostree/fetch-failure.ts';
import { completeOffer, whileOffering } from '../offer/offer.ts';
import { OfferedRef } from '../offer/offered-ref.ts';
import { droppedRefs } from './dropped-refs.ts';
import { staleRefs, staleWords } from './freshness.ts';
import { Upstream } from './upstream.ts';
import { isPattern, mostRefs, tellsRefs, wantedRefs } from './wanted-refs.ts';

/**
 * Runs ostree-guest-mirror@NAME.service: fetches and verifies what the upstream offers, and offers it to the clients of this site. A ref
 * that fails does not keep others from being mirrored. Readers see each ref as it was, or its new commit complete.
 */
export async function runMirror(mirror: Mirror, report: Report): Promise<void> {
  try {
    const { failures, hint } = await mirrorAll(mirror, report);
    if (failures.length > 0) throw new MirrorFailure(failures, hint);
    writeMirrorResult(mirror.name, { ended: wallClock(), hint });
  } catch (error) {
    const hint = error instanceof MirrorFailure ? error.hint : undefined;
    tryWriteResult(mirror.name, { ended: wallClock(), failure: explain(error) ?? messageOf(error), hint });
    throw error;
  }
}

/** A full disk must not hide what failed. */
function tryWriteResult(name: string, result: MirrorResult): void {
  try {
    writeMirrorResult(name, result);
  } catch (error) {
    complain(explainAny(error));
  }
}

/** What failed, for some refs or for all. */
class MirrorFailure extends Failure {
  readonly hint: string | undefined;

  constructor(failures: readonly string[], hint: string | undefined) {
    super(failures.join('\n'));
    this.hint = hint;
  }
}

interface Outcome {
  readonly failures: readonly string[];
  readonly hint: string | undefined;
}

async function mirrorAll(mirror: Mirror, report: Report): Promise<Outcome> {
  const upstream = await Upstream.of(mirror);
  const listed = await upstream.refs();
  const { refs, unmatched } = refsOf(mirror, listed);
  const failures = unmatched.map((entry) => notListed(mirror, entry, listed));
  // True if something was fetched whole that a static delta might have brought.
  const fetches: boolean[] = [];
  await whileOffering(mirror.repository, report, async () => {
    const offered: OfferedRef[] = [];
    for (const ref of refs)
      await collecting(failures, async () => {
        const offering = new OfferedRef(mirror.repository, ref);
        const fetched = await mirrorRef(mirror, upstream, offering, report);
        if (fetched !== undefined) fetches.push(fetched === 'whole' && offering.current !== undefined);
        offered.push(offering);
      });
    const wanted = tellsRefs(mirror.refs, listed) ? refs : undefined;
    for (const ref of wanted ? droppedRefs(mirror.repository, wanted) : [])
      await collecting(failures, async () => offered.push(await dropRef(mirror, ref, report)));
    await collecting(failures, () =>
      completeOffer(
        mirror.repository,
        offered,
        { keep: mirror.keep, summary: { signer: undefined } },
        report,
      ),
    );
    await upstream.prune(wanted, fetches.length > 0);
  });
  failures.push(...staleness(mirror, refs));
  report.step(`${fetches.length === 0 ? 'Nothing new' : 'Mirrored'}: ${mirror.remote.url}`);
  // The hint of the last run stays if there was nothing to fetch.
  if (fetches.length === 0) return { failures, hint: readMirrorResult(mirror.name)?.hint };
  const hint = hintOf(mirror, listed, fetches);
  if (hint !== undefined) report.warn(hint);
  return { failures, hint };
}

/** Says that a pattern finds nothing. OSTree takes a page for a summary without refs. */
function notListed(mirror: Mirror, entry: string, listed: readonly string[] | undefined): string {
  const { url } = mirror.remote;
  const message = `${at(mirror, 'Ref')}: ${url} has no ref ${entry}`;
  return listed?.length === 0 ? `${message}, nor any other. ${seeAnswer(url)}` : message;
}

/** Runs work, and adds its failure to the others. */
async function collecting(failures: string[], work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const why = explain(error);
    if (why === undefined) throw error;
    failures.push(why);
  }
}

function refsOf(mirror: Mirror, listed: readonly string[] | undefined) {
  const { url } = mirror.remote;
  const pattern = mirror.refs.find(isPattern);
  if (listed === undefined && pattern !== undefined) {
    const message = `${at(mirror, 'Ref')}: ${url} has no summary, which ${pattern} needs to find refs`;
    throw new Failure(message, 'Name each ref, correct the URL, or have its owner run: ostree summary -u');
  }
  const wanted = wantedRefs(mirror.refs, listed ?? []);
  if (wanted.refs.length <= mostRefs) return wanted;
  const message = `${at(mirror, 'Ref')}: ${url} has ${wanted.refs.length} such refs, and a mirror at most ${mostRefs}`;
  throw new Failure(message, 'Write narrower patterns');
}

/** Brings the commit of a ref, if it is new. Returns how it was fetched; undefined if there was nothing to do. */
async function mirrorRef(
  { remote, deltas }: Mirror,
  upstream: Upstream,
  offering: OfferedRef,
  report: Report,
): Promise<'by delta' | 'whole' | undefined> {
  const { repository, ref, current } = offering;
  const checksum = await upstream.look(ref, current, repository);
  if (checksum === current) {
    // The upstream may have changed its key.
    takeSignatures(upstream.repository, repository, checksum);
    return undefined;
  }
  report.step(`Fetching ${checksum.slice(0, 12)} of ${ref} from ${remote.url}`);
  const byDelta = await upstream.fetch(ref, checksum, report);
  const commit = await describe(upstream.repository, checksum);
  offering.announce([commit]);
  const what = `Cannot write to ${repository}`;
  await ostree(what, `--repo=${repository}`, 'pull-local', upstream.repository, checksum);
  await offering.offer(commit, deltas, report);
  return byDelta ? 'by delta' : 'whole';
}

/** Keeps a ref for some time that is not mirrored any more, and then removes it. */
async function dropRef({ repository, remote }: Mirror, ref: string, report: Report): Promise<OfferedRef> {
  const dropped = new OfferedRef(repository, ref);
  await dropped.drop();
  const { end = 0 } = dropped;
  const day = new Date(end).toISOString().slice(0, 10);
  const fate = wallClock() < end ? `clients can pull it until ${day}` : 'it is removed';
  report.step(`${ref} is no longer mirrored from ${remote.url}: ${fate}`);
  return dropped;
}

async function describe(repository: string, checksum: Checksum): Promise<PublishedCommit> {
  const made = Date.parse(await dateOf(repository, checksum));
  return {
    checksum,
    version: plainVersion(versionOf(repository, checksum)),
    made: Number.isNaN(made) ? undefined : made,
  };
}

/** Returns a complaint for each ref that has had nothing new for longer than FreshnessSec=. */
function staleness(mirror: Mirror, refs: readonly string[]): string[] {
  const { freshness, repository, remote } = mirror;
  const records = refs.map((ref) => ({ ref, commits: readPublished(repository, ref).commits }));
  return staleRefs(records, freshness, wallClock()).map(
    (stale) =>
      `${at(mirror, 'FreshnessSec')}: ${staleWords(stale)} at ${remote.url}: its updates may be held back`,
  );
}

/** Says how the upstream can serve static deltas, if that would have saved something. */
function hintOf(
  mirror: Mirror,
  listed: readonly string[] | undefined,
  fetches: readonly boolean[],
): string | undefined {
  if (listed !== undefined || !fetches.includes(true)) return undefined;
  return `${mirror.remote.url} has neither a summary nor an index of static deltas, so that each changed file was fetched whole: often 30 times the bytes. Its owner can run: ostree summary -u`;
}

const at = (mirror: Mirror, key: string): string => placeText(mirrorPlace(mirror, key));
