import { setTimeout as sleep } from 'node:timers/promises';
import { type Guest, originPlace } from '../../config/guest.ts';
import { uptime, wallClock } from '../../host/clock.ts';
import { Failure } from '../../host/failure.ts';
import { bootUnit, isChanging, startUnit, switchUnit, updateUnit } from '../../host/systemctl.ts';
import { isRunning } from '../../machine/guest-state.ts';
import { throughHost } from '../../machine/inside.ts';
import { listDeployments } from '../../ostree/deployments.ts';
import type { Checksum } from '../../ostree/names.ts';
import { requirePlainVersion } from '../../ostree/plain-version.ts';
import { hasKernel, holdCommit, repositoryOf, stagedRef, versionOf } from '../../ostree/repository.ts';
import type { Attempt } from '../../state/attempts.ts';
import { forgetReleased } from '../../state/released.ts';
import { complain, type Report } from '../../state/report.ts';
import { readStaged, writeStaged } from '../../state/staged.ts';
import { stagedHere } from '../../state/staged-update.ts';
import { readUndeployed } from '../../state/undeployed.ts';
import type { Offer } from '../../trees/source.ts';
import { rememberFailedUnits } from '../assess/health.ts';
import { holdWords, readHoldOfStart } from '../read-hold.ts';
import { cleanUp } from './clean-up.ts';
import { rehearsed } from './rehearsed.ts';
import { effectOf, type OnFetched, stagedSince } from './rule.ts';

/** The result, for the history. */
export type UpdateResult = Pick<Attempt, 'outcome' | 'to' | 'version' | 'message'>;

/** An offer whose commit is in the guest's repository, with all its objects. */
export type FetchedOffer = Offer & { readonly checksum: Checksum };

/** Reports why the fetched commit is not staged. */
export async function keepFetched(
  { sysroot, file }: Guest,
  fetched: FetchedOffer,
  because: 'policy' | 'rollback',
): Promise<UpdateResult> {
  const version = versionOf(repositoryOf(sysroot), fetched.checksum);
  const then =
    because === 'policy'
      ? `to stage it, set Action=stage in ${file}`
      : 'it is staged once the rollback that was asked for is done';
  const message = `Fetched ${nameOf(fetched)}; ${then}`;
  return { outcome: 'fetched', to: fetched.checksum, version, message };
}

/** Stages the fetched commit, and cleans up. */
export async function stage(
  guest: Guest,
  fetched: FetchedOffer,
  { rehearses, creates }: Extract<OnFetched, { kind: 'stage' }>,
  report: Report,
): Promise<UpdateResult> {
  const { checksum: to } = fetched;
  const seen = await look(guest, to);
  const { version } = seen;
  requireDeployable(guest, fetched, seen);
  await switchEnds(guest.name, report);
  await holdCommit(repositoryOf(guest.sysroot), stagedRef, to);
  // Units that have failed by now do not count against the update.
  if (seen.isRunning) await rememberFailedUnits(guest, throughHost(guest.name, updateUnit(guest.name)));
  if (rehearses) await rehearsed(guest, to);
  await switchEnds(guest.name, report);
  const { refspec } = fetched;
  const before = readStaged(guest.name);
  const since = stagedSince(before, to, { time: wallClock(), uptime: uptime() });
  if (before?.checksum !== to) forgetReleased(guest.name);
  writeStaged(guest.name, { checksum: to, refspec, ...since, ...(version && { version }) });
  report.progress('Cleaning up');
  const [message] = await Promise.all([howItTakesEffect(guest, nameOf(fetched)), cleanUp(guest, report)]);
  return creates ? create(guest, fetched, report, version) : { outcome: 'staged', to, version, message };
}

/** A switch under way rehearses the commit of the ref, and its start deploys what is staged then: both stay what it began with. */
async function switchEnds(name: string, report: Report): Promise<void> {
  const unit = switchUnit(name);
  for (let waited = false; await isChanging(unit); waited = true) {
    if (!waited) report.step(`Waiting until the switch of ${name} has ended`);
    await sleep(500);
  }
}

interface CommitFacts {
  readonly version: string | undefined;
  readonly isDeployable: boolean;
  readonly isRunning: boolean;
}

/** Runs the checks of a commit at the same time: each takes a process. */
async function look({ name, sysroot }: Guest, checksum: string): Promise<CommitFacts> {
  const repository = repositoryOf(sysroot);
  const [isDeployable, runs] = await Promise.all([hasKernel(repository, checksum), isRunning(name)]);
  return { version: versionOf(repository, checksum), isDeployable, isRunning: runs };
}

function requireDeployable(guest: Guest, { checksum, refspec }: FetchedOffer, seen: CommitFacts): void {
  if (seen.version !== undefined) requirePlainVersion(seen.version, `${originPlace(guest)}: ${refspec}`);
  if (!seen.isDeployable) {
    const message = `${originPlace(guest)}: ${refspec} (${checksum.slice(0, 12)}) has no kernel in /usr/lib/modules/*/vmlinuz`;
    throw new Failure(message, 'OSTree deploys no tree without one; an empty file will do');
  }
}

/** Creates a guest: the boot step deploys the staged commit at once, because nothing runs yet. */
export async function create(
  guest: Guest,
  offer: Offer,
  report: Report,
  version?: string,
): Promise<UpdateResult> {
  report.step('Deploying it');
  await startUnit(bootUnit(guest.name));
  if (listDeployments(guest.sysroot).length === 0) {
    const message = `${guest.name} could not be deployed`;
    throw new Failure(message, `See: journalctl -u ${bootUnit(guest.name)}`);
  }
  const message = `Created from ${nameOf(offer)}`;
  return { outcome: 'done', to: offer.checksum, version, message };
}

export async function howItTakesEffect(guest: Guest, what: string): Promise<string> {
  const { name } = guest;
  const staged = stagedHere(guest);
  const hold = await readHoldOfStart(guest, staged, complain);
  const effect = effectOf(
    staged,
    readUndeployed(guest),
    hold,
    staged !== undefined && (await isRunning(name)),
  );
  if (effect.kind === 'upToDate') return `Up to date: ${what}`;
  if (effect.kind === 'held')
    return `${what} is staged; ${holdWords(effect.hold)}. At once: guestctl switch ${name}`;
  const how = `guestctl ${effect.by} ${name}`;
  if (effect.kind === 'nextStart') return `${what} is staged and takes effect at the next start: ${how}`;
  const { reason, remedy } = effect.undeployed;
  return `${what} is staged, but failed at the last start. ${reason}. ${remedy}; then: ${how}`;
}

/** Names an offer, with the first digits of its commit if known. */
export const nameOf = ({ checksum, refspec }: Pick<Offer, 'checksum' | 'refspec'>): string =>
  checksum === undefined ? refspec : `${refspec} (${checksum.slice(0, 12)})`;
