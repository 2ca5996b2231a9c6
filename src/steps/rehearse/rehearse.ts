import { rmSync, symlinkSync } from 'node:fs';
import type { Guest } from '../../config/guest.ts';
import { now } from '../../host/clock.ts';
import { sha256 } from '../../host/digest.ts';
import { Failure } from '../../host/failure.ts';
import { beginStart, destroyUnit, rehearsalUnit } from '../../host/systemctl.ts';
import { hasBus, listDeployments } from '../../ostree/deployments.ts';
import { readCommit, repositoryOf, stagedRef, versionOf } from '../../ostree/repository.ts';
import { triggerOf } from '../../state/attempts.ts';
import { type Baseline, readBaseline } from '../../state/baseline.ts';
import { writeRehearsal } from '../../state/rehearsal.ts';
import { readRejection, reject } from '../../state/rejected.ts';
import type { Report } from '../../state/report.ts';
import { dropUndeployed, readStaged } from '../../state/staged.ts';
import { judge, look, type Subject } from '../assess/health.ts';
import type { Verdict } from '../assess/rule.ts';
import { noteDown } from '../note-down.ts';
import { type Begun, record } from '../record-attempt.ts';
import { withSlot } from '../update/slot.ts';
import { requireRehearsable } from './rehearsable.ts';
import { makeScratch, removeScratch, type Scratch, scratchOf } from './rehearsal-scratch.ts';
import {
  candidateOf,
  compare,
  consequenceOf,
  measureOf,
  type Reference,
  type RehearsalVerdict,
} from './rule.ts';

/** Returns the name of the throwaway machine. No guest has a dot in its name. machinectl allows 64 characters. */
export const rehearsalMachine = (guest: string): string =>
  // The digest keeps names with a common beginning apart.
  `${guest.length <= 54 ? guest : `${guest.slice(0, 45)}-${sha256(guest).slice(0, 8)}`}.rehearsal`;

/** The root that the throwaway machine boots. */
export const rehearsalRoot = (guest: string): string => `${scratchOf(guest)}/root`;

/**
 * Boots the commit that is, or will be, staged as a throwaway machine, and judges it like the guest itself. A commit
 * that is not healthy is rejected. The guest keeps running.
 */
export async function rehearse(guest: Guest, report: Report): Promise<void> {
  await requireRehearsable(guest);
  const repository = repositoryOf(guest.sysroot);
  const held = readCommit(repository, stagedRef);
  const isRejected = held !== undefined && readRejection(guest.name, held) !== undefined;
  const candidate = candidateOf(held, isRejected, readStaged(guest.name)?.checksum);
  const [before] = listDeployments(guest.sysroot);
  if (candidate === undefined || !before || candidate === before.checksum)
    throw new Failure(
      `Nothing of ${guest.name} is staged that could be rehearsed`,
      `See: guestctl status ${guest.name}`,
    );
  const attempt: Begun = {
    action: 'rehearse',
    trigger: triggerOf(process.env),
    since: now(),
    from: before.checksum,
    to: candidate,
    version: versionOf(repository, candidate),
  };
  const verdict = await withSlot(guest, report, () => tryOut(guest, candidate, report));
  const consequence = consequenceOf(verdict, candidate, readStaged(guest.name)?.checksum);
  if (consequence.kind === 'pass') {
    writeRehearsal(guest.name, { checksum: candidate });
    const message = `The rehearsal of ${candidate.slice(0, 12)} succeeded`;
    report.progress(message);
    return record(guest, { ...attempt, outcome: 'done', message });
  }
  const message = `The rehearsal of ${candidate.slice(0, 12)} failed: ${consequence.fault}`;
  if (consequence.kind === 'reject') {
    const { reason } = consequence;
    await noteDown(report, () => reject(guest.name, candidate, reason), 'So it is rehearsed again');
    if (consequence.unstages) dropUndeployed(guest.name, listDeployments(guest.sysroot)[0]?.checksum);
  }
  await record(guest, { ...attempt, outcome: 'failed', message });
  const again =
    consequence.kind === 'fail' ? `. Then rehearse it again: guestctl rehearse ${guest.name}` : '';
  const log = `journalctl -u ${rehearsalUnit(guest.name)}`;
  throw new Failure(message, `${guest.name} is as it was. See: ${log}${again}`);
}

async function tryOut(guest: Guest, candidate: string, report: Report): Promise<RehearsalVerdict> {
  try {
    // Removes the unit of an interrupted run.
    await destroyUnit(rehearsalUnit(guest.name));
    report.step(`Rehearsing ${candidate.slice(0, 12)}`);
    const scratch = await makeScratch(guest, candidate);
    return await judgeCandidate(guest, scratch, report);
  } finally {
    await destroyUnit(rehearsalUnit(guest.name));
    await removeScratch(guest);
  }
}

/** Rehearses the candidate. If it is not healthy, also rehearses the running deployment, to see whether that is. */
export async function judgeCandidate(
  guest: Guest,
  scratch: Scratch,
  report: Report,
): Promise<RehearsalVerdict> {
  let measure = measureOf(readBaseline(guest.name));
  for (let reference: Reference | undefined; ; ) {
    const found = await bootAndJudge(guest, scratch.candidate, measure, report);
    if (found.kind !== 'faulty') return found;
    reference ??= await referenceOf(guest, scratch.current, found.fault, report);
    const compared = compare(found, reference);
    if (compared.kind !== 'again') return compared;
    measure = compared.measure;
  }
}

async function referenceOf(guest: Guest, root: string, fault: string, report: Report): Promise<Reference> {
  report.step(`Not healthy: ${fault}. Rehearsing the running deployment, to compare`);
  const verdict = await bootAndJudge(guest, root, undefined, report);
  // Of a machine that is not up, whatever its verdict, not all failed units are known.
  const { isAtTarget, failedUnits } = await look(subjectOf(guest, root, undefined));
  return { verdict, failedUnits: isAtTarget ? failedUnits : undefined };
}

async function bootAndJudge(
  guest: Guest,
  root: string,
  baseline: Baseline | undefined,
  report: Report,
): Promise<Verdict> {
  // Ends the machine that was judged before.
  await destroyUnit(rehearsalUnit(guest.name));
  const link = rehearsalRoot(guest.name);
  rmSync(link, { force: true });
  symlinkSync(root, link);
  await beginStart(rehearsalUnit(guest.name));
  return judge(subjectOf(guest, root, baseline), guest.update, report);
}

const subjectOf = ({ name }: Guest, root: string, baseline: Baseline | undefined): Subject => ({
  machine: rehearsalMachine(name),
  unit: rehearsalUnit(name),
  memoryNote: `${scratchOf(name)}/memory-events`,
  writes: [scratchOf(name)],
  baseline,
  root,
  hasBus: hasBus(root),
});
