import { type Guest, originPlace } from '../../config/guest.ts';
import { Failure } from '../../host/failure.ts';
import { bootUnit, isRunning, startUnit, updateUnit } from '../../host/systemctl.ts';
import { throughHost } from '../../machine/inside.ts';
import { listDeployments } from '../../ostree/deployments.ts';
import { requirePlainVersion } from '../../ostree/plain-version.ts';
import { hasKernel, holdCommit, repositoryOf, stagedRef, versionOf } from '../../ostree/repository.ts';
import type { Attempt } from '../../state/attempts.ts';
import type { Report } from '../../state/report.ts';
import { readRollback } from '../../state/rollback-request.ts';
import { readStaged, writeStaged } from '../../state/staged.ts';
import { readUndeployed } from '../../state/undeployed.ts';
import type { Offer } from '../../trees/source.ts';
import { rememberFailedUnits } from '../assess/health.ts';
import { cleanUp } from './clean-up.ts';
import { rehearsed } from './rehearsed.ts';

/** What was done, for the history. */
export type Done = Pick<Attempt, 'outcome' | 'to' | 'version' | 'message'>;

/** An offer whose commit is in the guest's repository, with all its objects. */
export type Brought = Offer & { readonly checksum: string };

/** Stages what was brought, unless the policy or a rollback that is due is against it. */
export async function stageAsFarAs(
  guest: Guest,
  brought: Brought,
  isNew: boolean,
  report: Report,
): Promise<Done> {
  const { checksum: to } = brought;
  const seen = await look(guest, to);
  const { version } = seen;
  const fetched = (then: string): Done => {
    return { outcome: 'fetched', to, version, message: `Fetched ${nameOf(brought)}; ${then}` };
  };
  if (guest.update.action === 'fetch' && !isNew)
    return fetched(`to stage it, set Action=stage in ${guest.file}`);
  if (readRollback(guest.name)) return fetched('it is staged once the rollback that was asked for is done');
  await stage(guest, brought, seen);
  report.progress('Cleaning up');
  const [message] = await Promise.all([howItTakesEffect(guest, nameOf(brought)), cleanUp(guest, report)]);
  return isNew ? create(guest, brought, report, version) : { outcome: 'staged', to, version, message };
}

interface Seen {
  readonly version: string | undefined;
  readonly isDeployable: boolean;
  readonly isRunning: boolean;
}

/** Each takes a process, and none waits for another. */
async function look({ name, sysroot }: Guest, checksum: string): Promise<Seen> {
  const repository = repositoryOf(sysroot);
  const [version, isDeployable, runs] = await Promise.all([
    versionOf(repository, checksum),
    hasKernel(repository, checksum),
    isRunning(name),
  ]);
  return { version, isDeployable, isRunning: runs };
}

async function stage(guest: Guest, { checksum, refspec }: Brought, seen: Seen): Promise<void> {
  requireOneLine(guest, refspec, seen.version);
  if (!seen.isDeployable) {
    const message = `${originPlace(guest)}: ${refspec} (${checksum.slice(0, 12)}) has no kernel in /usr/lib/modules/*/vmlinuz`;
    throw new Failure(message, 'OSTree deploys no tree without one; an empty file will do');
  }
  if (seen.version !== undefined) requirePlainVersion(seen.version, `${originPlace(guest)}: ${refspec}`);
  await holdCommit(repositoryOf(guest.sysroot), stagedRef, checksum);
  // What fails now is not the update's fault.
  if (seen.isRunning) await rememberFailedUnits(guest, throughHost(guest.name, updateUnit(guest.name)));
  // With Action=switch that is part of the switch.
  if (guest.update.rehearse && guest.update.action === 'stage' && listDeployments(guest.sysroot).length > 0)
    await rehearsed(guest, checksum);
  const version = seen.version && { version: seen.version };
  writeStaged(guest.name, { checksum, refspec, time: Date.now(), ...version });
}

/** libostree writes the version into the boot entry as it is, so that one with lines of its own could say what is booted. */
function requireOneLine(guest: Guest, refspec: string, version: string | undefined): void {
  if (version === undefined || !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(version)) return;
  const message = `${originPlace(guest)}: the version of ${refspec} has control characters: ${JSON.stringify(version)}`;
  throw new Failure(message, 'Commit it with another version');
}

/** Nothing runs yet, so there is nothing to wait for: the boot step deploys what is staged. */
export async function create(guest: Guest, offer: Offer, report: Report, version?: string): Promise<Done> {
  report.step('Deploying it');
  await startUnit(bootUnit(guest.name));
  if (listDeployments(guest.sysroot).length === 0) {
    const message = `${guest.name} could not be deployed`;
    throw new Failure(message, `See: journalctl -u ${bootUnit(guest.name)}`);
  }
  const message = `Created from ${nameOf(offer)}. Start it with: machinectl start ${guest.name}`;
  return { outcome: 'staged', to: offer.checksum, version, message };
}

export async function howItTakesEffect({ name }: Guest, what: string): Promise<string> {
  if (!readStaged(name)) return `Up to date: ${what}`;
  const how = `machinectl ${(await isRunning(name)) ? 'reboot' : 'start'} ${name}`;
  const undeployed = readUndeployed(name);
  if (undeployed)
    return `${what} is staged, but failed at the last start. ${undeployed.reason}. ${undeployed.remedy}; then: ${how}`;
  return `${what} is staged and takes effect at the next start: ${how}`;
}

/** What an offer is called, and the first digits of its commit where that is known. */
export const nameOf = ({ checksum, refspec }: Offer): string =>
  checksum === undefined ? refspec : `${refspec} (${checksum.slice(0, 12)})`;
