import type { Guest } from '../../config/guest.ts';
import { now } from '../../host/clock.ts';
import { inContext } from '../../host/failure.ts';
import { startUnit, switchUnit } from '../../host/systemctl.ts';
import { type Deployment, listDeployments } from '../../ostree/deployments.ts';
import { hasCommit, repositoryOf } from '../../ostree/repository.ts';
import { ensureSysroot } from '../../ostree/sysroot.ts';
import { triggerOf } from '../../state/attempts.ts';
import { readRejection } from '../../state/rejected.ts';
import type { Report } from '../../state/report.ts';
import { dropStaged, readStaged } from '../../state/staged.ts';
import { whatIsStaged } from '../../state/staged-update.ts';
import { unlessDamaged } from '../../state/state-file.ts';
import { removeLeftOver } from '../../trees/leftovers.ts';
import { type Offer, sourceOf } from '../../trees/source.ts';
import { record } from '../record-attempt.ts';
import { requireRehearsable } from '../rehearse/rehearsable.ts';
import { whyInVain } from '../switch/switch.ts';
import { updateInside } from './by-rpm-ostree.ts';
import { finishCleanUp } from './clean-up.ts';
import { alone, withSlotWhileQuick } from './slot.ts';
import { type Brought, create, type Done, howItTakesEffect, nameOf, stageAsFarAs } from './stage.ts';

/**
 * One run of ostree-guest-update@NAME.service: makes the sysroot if there is none, fetches, stages and switches, as far
 * as the guest's policy goes. A running guest goes on undisturbed until then. Each step can be repeated, so a
 * run that was cut off at any point is completed by the next.
 */
export async function update(guest: Guest, report: Report): Promise<void> {
  const [before] = listDeployments(guest.sysroot);
  const attempt = {
    ...({ action: before ? 'update' : 'create', trigger: triggerOf(process.env) } as const),
    ...{ from: before?.checksum, since: now() },
  };
  const stagedBefore = stagedCommit(guest);
  try {
    if (before && guest.update.rehearse && goesOn(guest)) await requireRehearsable(guest);
    const done =
      before && guest.update.by === 'rpm-ostree'
        ? await withSlotWhileQuick(guest, report, () => updateInside(guest, attempt.trigger, report))
        : await updateFromOutside(guest, report);
    if (done) await record(guest, { ...attempt, ...done });
  } catch (error) {
    await record(guest, { ...attempt, outcome: 'failed', message: (error as Error).message });
    throw inContext(error, whatItMeans(guest, before, stagedBefore));
  }
  if (guest.update.action === 'switch' && whatIsStaged(guest)) await switchOver(guest, report);
}

const stagedCommit = (guest: Guest): string | undefined => unlessDamaged(() => whatIsStaged(guest)?.checksum);

/** What a failed update means for the guest: the sources of trees cannot know that. */
function whatItMeans(guest: Guest, before: Deployment | undefined, stagedBefore: string | undefined): string {
  if (!before) return 'The guest is not created yet';
  return stagedCommit(guest) === stagedBefore
    ? 'The guest is as it was'
    : 'What its next start boots has changed; see: guestctl status';
}

/** Whether what is new is staged, too. */
const goesOn = ({ update: { action } }: Guest): boolean => action === 'stage' || action === 'switch';

async function updateFromOutside(guest: Guest, report: Report) {
  const source = sourceOf(guest);
  if (await ensureSysroot(guest.sysroot, guest.name)) report.step(`Made the sysroot ${guest.sysroot}`);
  await removeLeftOver(guest);
  await finishCleanUp(guest, report);
  return bring(guest, await source.check(report), report);
}

/** Goes as far with what the source offers as the policy says; answers what was done, if there was something to do. */
async function bring(guest: Guest, offer: Offer, report: Report): Promise<Done | undefined> {
  const isNew = listDeployments(guest.sysroot).length === 0;
  const known = settled(guest, offer);
  if (known === 'current') return leaveAlone(guest, offer, isNew, report);
  if (known) return known;
  if (guest.update.action === 'check' && !isNew)
    return { outcome: 'available', to: offer.checksum, message: `There is ${nameOf(offer)}` };
  const brought = await fetch(guest, offer, report);
  // Which commit it is may have come out only now.
  const now = settled(guest, brought);
  if (now === 'current') return leaveAlone(guest, brought, isNew, report);
  return now ?? stageAsFarAs(guest, brought, isNew, report);
}

/** What there is to say of an offer without bringing it: it is there already, or it failed before. */
function settled(guest: Guest, offer: Offer): 'current' | Done | undefined {
  const { checksum } = offer;
  if (checksum === undefined) return undefined;
  if (isCurrent(guest, checksum)) return 'current';
  const rejection = readRejection(guest.name, checksum);
  if (!rejection) return undefined;
  const remedy = `It is left alone until there is another; to try it again: guestctl forgive ${guest.name}`;
  const message = `${nameOf(offer)} failed before: ${rejection.reason}. ${remedy}`;
  return { outcome: 'rejected', to: checksum, message };
}

async function leaveAlone(
  guest: Guest,
  offer: Offer,
  isNew: boolean,
  report: Report,
): Promise<Done | undefined> {
  // A run that was cut off had staged it.
  if (isNew) return create(guest, offer, report);
  report.step(await howItTakesEffect(guest, nameOf(offer)));
  return undefined;
}

/** Whether a commit is what the next start boots anyway. */
function isCurrent(guest: Guest, checksum: string): boolean {
  const staged = readStaged(guest.name);
  const [next] = listDeployments(guest.sysroot);
  if (next?.checksum === checksum) {
    // The remote went back to what is deployed: nothing is left to be done at the next start.
    dropStaged(guest.name);
    return true;
  }
  // A staged commit that lost objects is fetched again.
  return staged?.checksum === checksum && hasCommit(repositoryOf(guest.sysroot), checksum);
}

function fetch(guest: Guest, offer: Offer, report: Report): Promise<Brought> {
  const what = `Fetching ${nameOf(offer)} from ${offer.url}`;
  const bring = (arrived: (bytes: number) => void) => {
    report.step(what);
    return offer.fetch((howFar, bytes) => {
      report.progress(`${what}: ${howFar}`);
      if (bytes !== undefined) arrived(bytes);
    });
  };
  // What a guest adds packages to becomes a tree of its own.
  const same = guest.packages ? guest.name : (offer.checksum ?? offer.url);
  return alone(same, report, async () => {
    const checksum = await withSlotWhileQuick(guest, report, bring);
    return { ...offer, checksum };
  });
}

/** In a unit of its own: the maintenance window and who switches by hand use it, too. */
async function switchOver(guest: Guest, report: Report): Promise<void> {
  const { name } = guest;
  const inVain = await whyInVain(guest);
  if (inVain !== undefined) return report.step(inVain);
  report.step(`Switching to it: systemctl status ${switchUnit(name)}`);
  await startUnit(switchUnit(name));
}
