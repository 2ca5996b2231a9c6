import { type Guest, placeOf } from '../config/guest.ts';
import { Failure } from '../failure.ts';
import { bootUnit, guestUnit, isRunning, restartUnit, startUnit } from '../machine/systemctl.ts';
import { listDeployments } from '../ostree/deployments.ts';
import { hasCommit, hasKernel, holdCommit, repositoryOf } from '../ostree/repository.ts';
import { cleanup, ensureSysroot } from '../ostree/sysroot.ts';
import { fetchCommit, newestCommit, type Offer } from '../sources/ostree.ts';
import { findRemote } from '../sources/remote.ts';
import { dropStaged, readStaged, writeStaged } from '../state/staged.ts';
import { withFetchProgress } from './fetch-progress.ts';
import type { Report } from './report.ts';

/** Keeps the staged commit's objects: a local ref of the guest's repository. */
const stagedRef = 'ostree-guests/staged';

/**
 * One run of ostree-guest-update@NAME.service: makes the sysroot if there is none, fetches, stages and, as
 * the guest says, switches. A running guest goes on undisturbed until then. Each step can be repeated, so a
 * run that was cut off at any point is completed by the next.
 */
export async function update(guest: Guest, neighbours: readonly string[], report: Report): Promise<void> {
  const remote = findRemote(guest);
  if (await ensureSysroot(guest.sysroot, guest.name)) report.step(`Made the sysroot ${guest.sysroot}`);
  const offer = await newestCommit(guest, remote);
  const changed = !isCurrent(guest, offer);
  if (changed) {
    await fetch(guest, offer, neighbours, report);
    await stage(guest, offer, report);
  }
  if (listDeployments(guest.sysroot).length === 0) await create(guest, report);
  else if (readStaged(guest.name)) await takeEffect(guest, changed, report);
  else report.step(`Up to date: ${describe(offer)}`);
}

/** Whether what the source offers is what the next start boots anyway. */
function isCurrent(guest: Guest, { checksum }: Offer): boolean {
  const staged = readStaged(guest.name);
  const [next] = listDeployments(guest.sysroot);
  if (next?.checksum === checksum) {
    // The remote went back to what is deployed: nothing is left to be done at the next start.
    if (staged) dropStaged(guest.name);
    return true;
  }
  // A staged commit that lost objects is fetched again.
  return staged?.checksum === checksum && hasCommit(repositoryOf(guest.sysroot), checksum);
}

async function fetch(
  guest: Guest,
  offer: Offer,
  neighbours: readonly string[],
  report: Report,
): Promise<void> {
  const what = `Fetching ${describe(offer)} from ${offer.url}`;
  report.step(what);
  const repository = repositoryOf(guest.sysroot);
  await withFetchProgress(report, what, repository, fetchCommit(guest, offer, neighbours));
}

async function stage(guest: Guest, { checksum, refspec }: Offer, report: Report): Promise<void> {
  const repository = repositoryOf(guest.sysroot);
  if (!(await hasKernel(repository, checksum))) {
    const message = `${placeOf(guest, 'Guest', 'Ref')}: ${refspec} (${checksum.slice(0, 12)}) has no kernel in /usr/lib/modules/*/vmlinuz`;
    throw new Failure(
      message,
      'OSTree deploys no tree without one; an empty file will do. The guest is as it was',
    );
  }
  await holdCommit(repository, stagedRef, checksum);
  writeStaged(guest.name, { checksum, refspec, time: Date.now() });
  report.step(`Staged ${refspec} (${checksum.slice(0, 12)})`);
  await cleanup(guest.sysroot);
}

/** Nothing runs yet, so there is nothing to wait for: the boot step deploys what is staged. */
async function create(guest: Guest, report: Report): Promise<void> {
  report.step('Deploying it');
  await startUnit(bootUnit(guest.name));
  if (listDeployments(guest.sysroot).length === 0) {
    const message = `${guest.name} could not be deployed`;
    throw new Failure(message, `See: journalctl -u ${bootUnit(guest.name)}`);
  }
  report.step(`Created. Start it with: machinectl start ${guest.name}`);
}

async function takeEffect(guest: Guest, changed: boolean, report: Report): Promise<void> {
  const running = await isRunning(guest.name);
  if (running && guest.update.action === 'switch') {
    report.step(`Restarting ${guest.name} into the update`);
    await restartUnit(guestUnit(guest.name));
    report.step(`${guest.name} runs the update`);
    return;
  }
  const news = changed ? 'It' : 'Nothing new; what is staged';
  report.step(
    `${news} takes effect at the next start: machinectl ${running ? 'reboot' : 'start'} ${guest.name}`,
  );
}

const describe = ({ checksum, refspec }: Offer): string => `${refspec} (${checksum.slice(0, 12)})`;
