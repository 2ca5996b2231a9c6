import type { Guest } from '../../config/guest.ts';
import { now, uptime, wallClock } from '../../host/clock.ts';
import { inContext, messageOf } from '../../host/failure.ts';
import { startAnew, switchUnit } from '../../host/systemctl.ts';
import { type Deployment, listDeployments } from '../../ostree/deployments.ts';
import type { Checksum } from '../../ostree/names.ts';
import { ensureSysroot } from '../../ostree/sysroot.ts';
import { triggerOf } from '../../state/attempts.ts';
import { follow } from '../../state/followed.ts';
import { noteSuccess } from '../../state/last-success.ts';
import { skippedWords } from '../../state/rejected.ts';
import type { Report } from '../../state/report.ts';
import { dropUndeployed, readWaiting, replaceWaiting } from '../../state/staged.ts';
import { whatIsStaged } from '../../state/staged-update.ts';
import { unlessDamaged } from '../../state/state-file.ts';
import { removeLeftOver } from '../../trees/leftovers.ts';
import { NamedFiles } from '../../trees/named-files.ts';
import { type Offer, sourceOf } from '../../trees/source.ts';
import { resumeAssessment } from '../assess/resume.ts';
import { waitsForRehearsal } from '../read-hold.ts';
import { type Begun, record } from '../record-attempt.ts';
import { requireRehearsable } from '../rehearse/rehearsable.ts';
import { readSwitchState } from '../switch/read-state.ts';
import { afterUpdate } from '../switch/rule.ts';
import { whyInVain } from '../switch/switch.ts';
import { rememberAnswer } from './answer.ts';
import { updateInside } from './by-rpm-ostree.ts';
import { finishCleanUp } from './clean-up.ts';
import { readUpdateState } from './read-state.ts';
import { rehearsed } from './rehearsed.ts';
import { mustSupportRehearsals, onFetched, onOffer, stagedSince, type WithoutFetch } from './rule.ts';
import { alone, withSlotWhileQuick } from './slot.ts';
import {
  create,
  type FetchedOffer,
  howItTakesEffect,
  keepFetched,
  nameOf,
  stage,
  type UpdateResult,
} from './stage.ts';
import type { LetNext } from './turn.ts';

/** What an update has done, if there was anything to do, and the offer that it looked at. */
interface Done {
  readonly done: UpdateResult | undefined;
  readonly offer?: Offer;
}

/** What src/steps/update/ask-first has done. */
interface AskedFirst {
  /** What it has just asked the remote. */
  readonly asked: string | undefined;
  /** Lets the next update wait for a slot, once this one has got one. */
  readonly letNext: LetNext;
}

/**
 * Runs ostree-guest-update@NAME.service: creates the sysroot if it is missing, fetches, stages and switches, as far
 * as the guest's policy goes. A running guest is not disturbed before the switch. Each step can be repeated, so a
 * run that was interrupted at any point is completed by the next.
 */
export async function update(guest: Guest, first: AskedFirst, report: Report): Promise<void> {
  const deployments = listDeployments(guest.sysroot);
  const [before] = deployments;
  const attempt: Begun = {
    action: before ? 'update' : 'create',
    trigger: triggerOf(process.env),
    from: before?.checksum,
    since: now(),
  };
  const stagedBefore = stagedCommit(guest);
  try {
    await resumeAssessment(guest, report);
    // First: what changes from now on was not followed.
    const named = new NamedFiles().digest(guest);
    if (mustSupportRehearsals({ deployments }, guest.update)) await requireRehearsable(guest);
    const { done, offer }: Done =
      before && guest.update.by === 'rpm-ostree'
        ? {
            done: await withSlotWhileQuick(guest, report, () => updateInside(guest, attempt.trigger, report)),
          }
        : await updateFromOutside(guest, first, report);
    follow(guest, named);
    if (done) await record(guest, { ...attempt, ...done });
    else if (offer) await rememberAnswer(guest, offer);
  } catch (error) {
    await record(guest, { ...attempt, outcome: 'failed', message: messageOf(error) });
    throw inContext(error, whatItMeans(guest, before, stagedBefore));
  }
  first.letNext();
  await goOnWithSwitch(guest, report);
  noteSuccess(guest.name);
}

const stagedCommit = (guest: Guest): string | undefined => unlessDamaged(() => whatIsStaged(guest)?.checksum);

/** Says what a failed update means for the guest; the sources of trees do not know that. */
function whatItMeans(guest: Guest, before: Deployment | undefined, stagedBefore: string | undefined): string {
  if (!before) return 'The guest is not created yet';
  return stagedCommit(guest) === stagedBefore
    ? 'The guest is as it was'
    : 'What its next start boots has changed; see: guestctl status';
}

async function updateFromOutside(
  guest: Guest,
  { asked, letNext }: AskedFirst,
  report: Report,
): Promise<Done> {
  const source = sourceOf(guest, asked);
  if (await ensureSysroot(guest.sysroot, guest.name)) report.step(`Made the sysroot ${guest.sysroot}`);
  await removeLeftOver(guest);
  await finishCleanUp(guest, report);
  const offer = await source.check(report);
  return { offer, done: await bring(guest, offer, letNext, report) };
}

/** Goes as far with an offer as the policy says; returns the result, if there was anything to do. */
async function bring(
  guest: Guest,
  offer: Offer,
  letNext: LetNext,
  report: Report,
): Promise<UpdateResult | undefined> {
  const decision = onOffer(readUpdateState(guest, offer.checksum), guest.update);
  switch (decision.kind) {
    case 'announce':
      return { outcome: 'available', to: offer.checksum, message: `There is ${nameOf(offer)}` };
    case 'fetch':
      return goOn(guest, await fetch(guest, offer, letNext, report), report);
    default:
      return settle(guest, offer, decision, report);
  }
}

async function goOn(guest: Guest, brought: FetchedOffer, report: Report): Promise<UpdateResult | undefined> {
  const decision = onFetched(readUpdateState(guest, brought.checksum), guest.update);
  switch (decision.kind) {
    case 'keepFetched':
      return keepFetched(guest, brought, decision.because);
    case 'stage':
      return stage(guest, brought, decision, report);
    default:
      return settle(guest, brought, decision, report);
  }
}

/** Reports on an offer that need not be fetched. */
async function settle(
  guest: Guest,
  offer: Offer,
  decision: WithoutFetch,
  report: Report,
): Promise<UpdateResult | undefined> {
  switch (decision.kind) {
    case 'create':
      return create(guest, offer, report);
    case 'leave':
      if (decision.unstages && offer.checksum !== undefined) dropUndeployed(guest.name, offer.checksum);
      if (!decision.unstages) {
        correctTime(guest);
        await rehearseStaged(guest, offer.checksum);
      }
      report.step(await howItTakesEffect(guest, nameOf(offer)));
      return undefined;
    case 'leaveRejected': {
      const message = skippedWords(guest.name, nameOf(offer), decision.rejection);
      return { outcome: 'rejected', to: offer.checksum, message };
    }
  }
}

/** Corrects the time of what was staged while the clock was wrong, before the host boots again: NotBefore= counts from it. */
function correctTime({ name, sysroot }: Guest): void {
  const staged = readWaiting(name);
  if (!staged) return;
  const { checksum } = staged;
  const since = stagedSince(staged, checksum, { time: wallClock(), uptime: uptime() });
  if (since.time === staged.time) return;
  replaceWaiting(name, { ...staged, ...since }, () => listDeployments(sysroot)[0]?.checksum === checksum);
}

/** Rehearses what was staged before the guest file asked for that. With Action=switch, the switch does it. */
async function rehearseStaged(guest: Guest, checksum: Checksum | undefined): Promise<void> {
  if (checksum === undefined || guest.update.action !== 'stage') return;
  if (waitsForRehearsal(guest, checksum)) await rehearsed(guest, checksum);
}

function fetch(guest: Guest, offer: Offer, letNext: LetNext, report: Report): Promise<FetchedOffer> {
  const what = `Fetching ${nameOf(offer)} from ${offer.from}`;
  const fetchAlone = async (letOthers: () => void) => {
    const bring = (arrived: (bytes: number | undefined) => void) => {
      letNext();
      report.step(what);
      return offer.fetch({
        progress(howFar, bytes) {
          report.progress(`${what}: ${howFar}`);
          arrived(bytes);
        },
        brought: letOthers,
      });
    };
    const checksum = await withSlotWhileQuick(guest, report, bring, letOthers);
    return { ...offer, checksum };
  };
  // Guests behind this one may want something else, for which there is a slot.
  return alone(offer.checksum ?? offer.common ?? guest.name, report, fetchAlone, letNext);
}

/** Starts the switch, which is a unit of its own, also for maintenance windows and switches by hand. */
async function goOnWithSwitch(guest: Guest, report: Report): Promise<void> {
  // Most updates end here, without asking the guest.
  if (guest.update.action !== 'switch' || !whatIsStaged(guest)) return;
  const next = afterUpdate(await readSwitchState(guest, true), guest.update);
  if (next === 'end') return;
  if (next !== 'switch') return report.step(whyInVain(guest, next.inVain));
  report.step(`Switching to it: systemctl status ${switchUnit(guest.name)}`);
  await startAnew(switchUnit(guest.name));
}
