import { setTimeout as sleep } from 'node:timers/promises';
import type { Guest } from '../../config/guest.ts';
import { Failure } from '../../host/failure.ts';
import { isChanging, maintenanceUnit, startUnitBesides, stopUnit, updateUnit } from '../../host/systemctl.ts';
import { driver } from '../../machine/driver.ts';
import { isRunning } from '../../machine/guest-state.ts';
import { throughHost } from '../../machine/inside.ts';
import {
  type CachedUpdate,
  hasCrashed,
  type RpmOstreeDeployment,
  rpmOstree,
  rpmOstreeFailure,
  rpmOstreeStatus,
  tryRpmOstree,
  unchanged,
} from '../../machine/rpm-ostree.ts';
import { dropRef, repositoryOf, stagedRef } from '../../ostree/repository.ts';
import type { Trigger } from '../../state/attempts.ts';
import { type Rejection, rejectedCommits, skippedWords } from '../../state/rejected.ts';
import type { Report } from '../../state/report.ts';
import { forgetUndeployed } from '../../state/undeployed.ts';
import { rememberFailedUnits } from '../assess/health.ts';
import { bringPackages, hasDeclared } from './change-packages-inside.ts';
import { isNew, type OnCheck, onCheck, onResult, type UpgradeCheck, whyNotAgain } from './inside-rule.ts';
import { digestOfAttempt, lastRefused, noteRejected, rememberRefused } from './rpm-ostree-result.ts';
import type { UpdateResult } from './stage.ts';

/** One update of a guest that manages itself. */
interface Run {
  readonly guest: Guest;
  readonly trigger: Trigger;
  readonly report: Report;
  /** What boots the staged update. */
  readonly next: 'reboot' | 'start';
}

/**
 * Updates a guest that manages itself: its own rpm-ostree does the work, inside. It stages, and the guest's shutdown
 * finalizes, as on any machine. A stopped guest is started without its services for this, and stopped again.
 */
export async function updateInside(
  guest: Guest,
  trigger: Trigger,
  report: Report,
): Promise<UpdateResult | undefined> {
  // This ref created the guest, and would keep the objects of its first tree for ever.
  await dropRef(repositoryOf(guest.sysroot), stagedRef);
  for (;;) {
    if (await isUp(guest.name, report)) return upgrade({ guest, trigger, report, next: 'reboot' });
    try {
      return await upgrade({ guest, trigger, report, next: 'start' });
    } catch (error) {
      // Starting the guest ends its maintenance and interrupts the work there.
      if (!(await isStarted(guest.name))) throw error;
      report.step(`${guest.name} was started meanwhile`);
    } finally {
      report.step(`Stopping the maintenance of ${guest.name}`);
      await stopUnit(maintenanceUnit(guest.name));
    }
  }
}

const isStarted = async (guest: string): Promise<boolean> =>
  (await isChanging(driver.unit(guest))) || (await isRunning(guest));

/** In milliseconds: twice the default time limit of a start. */
const patience = 10 * 60_000;

/**
 * Returns true if a guest runs; otherwise it is then up for maintenance. Waits for a running start or stop, because a
 * start for maintenance would cancel it, and checks again after each wait.
 */
async function isUp(guest: string, report: Report): Promise<boolean> {
  const deadline = performance.now() + patience;
  for (;;) {
    await unchanging(guest, deadline, report);
    if (await isRunning(guest)) return true;
    report.step(`Starting ${guest} for maintenance`);
    try {
      await startUnitBesides(maintenanceUnit(guest));
      return false;
    } catch (error) {
      // Somebody has started it meanwhile.
      if (!(await isStarted(guest))) throw error;
    }
  }
}

/**
 * Waits until a guest is neither starting nor stopping, and the maintenance of an update that was interrupted has ended. Gives
 * up on a boot that does not end.
 */
async function unchanging(guest: string, deadline: number, report: Report): Promise<void> {
  const units = [driver.unit(guest), maintenanceUnit(guest)];
  for (let waited = false; await isChanging(...units); waited = true) {
    if (performance.now() > deadline) {
      if (await isRunning(guest)) return;
      throw new Failure(
        `${guest} is being started, which did not end within ${patience / 60_000} min`,
        `See: systemctl status ${driver.unit(guest)}`,
      );
    }
    if (!waited) report.step(`Waiting until ${guest} is started or stopped`);
    await sleep(500);
  }
}

async function upgrade(run: Run): Promise<UpdateResult | undefined> {
  const { guest, report } = run;
  const { name, update } = guest;
  report.step(`Asking rpm-ostree in ${name} for an update`);
  const found = await check(name);
  const status = await rpmOstreeStatus(name);
  noteRejected(name, status.deployments);
  const decision = onCheck({ check: found, status, rejected: rejectedCommits(name) }, update.action);
  switch (decision.kind) {
    case 'wait':
      report.step(
        `Nothing to do: ${describe(decision.next)} is the next deployment to boot, and has not booted yet`,
      );
      return undefined;
    case 'end':
      return undefined;
    case 'leave':
      return leftAlone(name, decision.rejection, decision.offer);
    case 'announce':
      return { outcome: 'available', ...commitOf(decision.offer), message: 'There is an update' };
    case 'download':
      await rpmOstree(name, 'upgrade', '--download-only');
      return { outcome: 'fetched', ...commitOf(decision.offer), message: 'Downloaded an update' };
    case 'stage':
      return stage(run, status.deployments[0], decision);
  }
}

/** Without a new commit, packages or the image are new, and the reported commit is the current one. */
const commitOf = (offer: CachedUpdate) =>
  offer['ref-has-new-commit'] ? { to: offer.checksum, version: offer.version } : {};

/** Lets rpm-ostree stage, with the declared packages, and judges the result. */
async function stage(
  { guest, trigger, report, next }: Run,
  current: RpmOstreeDeployment | undefined,
  { upgrades, offer, left }: Extract<OnCheck, { kind: 'stage' }>,
): Promise<UpdateResult | undefined> {
  const { name, packages } = guest;
  const attempt = digestOfAttempt(offer, packages, current?.checksum);
  const again = whyNotAgain({ trigger, attempt, ...lastRefused(name) }, rejectedCommits(name));
  if (again) return leftAlone(name, again, offer);
  // During maintenance most units are not started.
  if (next === 'reboot') await rememberFailedUnits(guest, throughHost(name, updateUnit(name)));
  await bring(guest, current, upgrades, report);
  const [made] = (await rpmOstreeStatus(name)).deployments;
  const staged = (what: RpmOstreeDeployment) =>
    `${describe(what)} is staged and takes effect at the next start: guestctl ${next} ${name}`;
  const result = onResult(made, current, left, rejectedCommits(name));
  switch (result.kind) {
    case 'drop':
      await dropPending(name);
      rememberRefused(name, attempt, result.rejection.checksum);
      return leftAlone(name, result.rejection, result.made);
    case 'staged': {
      const { checksum, version } = result.made;
      return { outcome: 'staged', to: checksum, version, message: staged(result.made) };
    }
    case 'leave':
      return leftAlone(name, result.rejection, result.offer);
    case 'same':
      // Nothing is left that a shutdown failed to deploy.
      if (!result.staged) forgetUndeployed(name);
      report.step(result.staged ? staged(result.staged) : `Up to date: ${made ? describe(made) : name}`);
      return undefined;
  }
}

/** Updates tree and packages together: if one fails, the other is undone. */
async function bring(
  guest: Guest,
  current: RpmOstreeDeployment | undefined,
  upgrades: boolean,
  report: Report,
): Promise<void> {
  const { name } = guest;
  try {
    if (upgrades) {
      report.step(`Running rpm-ostree upgrade in ${name}`);
      await rpmOstree(name, 'upgrade', '--unchanged-exit-77');
    }
    if (hasDeclared(guest)) await bringPackages(guest, (await rpmOstreeStatus(name)).deployments, report);
  } catch (error) {
    // If this fails, too, the first failure is reported.
    await dropIfNew(name, current).catch(() => undefined);
    throw error;
  }
}

async function dropIfNew(machine: string, current: RpmOstreeDeployment | undefined): Promise<void> {
  const [made] = (await rpmOstreeStatus(machine)).deployments;
  if (isNew(made, current)) await dropPending(machine);
}

const dropPending = (machine: string) => rpmOstree(machine, 'cleanup', '--pending');

async function check(machine: string): Promise<UpgradeCheck> {
  const args = ['upgrade', '--check'];
  const finished = await tryRpmOstree(machine, ...args);
  if (finished.exitCode === 0) return 'new';
  if (finished.exitCode === unchanged) return 'nothing';
  if (hasCrashed(finished)) return 'unknown';
  throw rpmOstreeFailure(machine, args, finished);
}

function leftAlone(guest: string, rejection: Rejection, what: CachedUpdate = {}): UpdateResult {
  const { checksum } = rejection;
  const message = skippedWords(guest, describe({ checksum, version: what.version }), rejection);
  return { outcome: 'rejected', to: checksum, message };
}

const describe = ({ checksum, version }: { checksum: string; version?: string | undefined }): string =>
  `${version ? `${version} ` : ''}(${checksum.slice(0, 12)})`;
