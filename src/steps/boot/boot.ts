import { existsSync } from 'node:fs';
import type { Guest } from '../../config/guest.ts';
import { roomsOf } from '../../host/confined.ts';
import { Failure } from '../../host/failure.ts';
import { requireSuccess } from '../../host/process.ts';
import { bootUnit, startAgainUnit } from '../../host/systemctl.ts';
import { type Settings, startAsService } from '../../host/systemd-run.ts';
import { driver } from '../../machine/driver.ts';
import { isMaintained, isRunning, startOf } from '../../machine/guest-state.ts';
import { noteStart, stopMarkOf } from '../../machine/start-mark.ts';
import { type Deployment, listDeployments, readBootList } from '../../ostree/deployments.ts';
import { closeSysroot } from '../../ostree/protection.ts';
import { recoverVar } from '../../ostree/var-snapshots.ts';
import { readLockWish } from '../../state/fleet-lock.ts';
import type { Report } from '../../state/report.ts';
import { readStaged } from '../../state/staged.ts';
import { unlessDamaged } from '../../state/state-file.ts';
import { damagedState } from '../../state/state-files.ts';
import { readTrial, uncountTry } from '../../state/trial.ts';
import { isUnshared, noteUnconfined, noteUnshared } from '../../state/unshared.ts';
import { isConfined } from '../../trees/linking/shares.ts';
import { endLinking } from '../../trees/linking/unit.ts';
import { doJob } from '../../trees/treework/run.ts';
import { type HoldFacts, holdOf } from '../hold-rule.ts';
import { cancelLock, getLock } from '../lock/lock.ts';
import { holdWords, readHoldFacts, withLock } from '../read-hold.ts';
import { attempt } from './attempt.ts';
import { followRule } from './decide-and-act.ts';
import { clearDropped } from './dropped-inside.ts';
import { keepMountPoints } from './mount-points.ts';
import { keepPlaces } from './places.ts';
import { readBootState } from './read-state.ts';
import { bootedRoot, point } from './root-link.ts';
import { type BootDecision, decide, onEndedStart } from './rule.ts';

/**
 * The boot loader of a guest: rolls back or deploys the staged update, counts the tries of a
 * new deployment, and points to the default one. Only this step changes the boot list, and only while
 * the guest is stopped. If anything fails, the guest starts as before. It is not started only if its root could then
 * write to files of other guests.
 */
export async function boot(guest: Guest, report: Report): Promise<void> {
  noteStart(guest.name);
  // If the state is of a newer version, nothing is changed: serviceMain() has reported that.
  const isNewer = damagedState(guest.name).some((damage) => damage.isNewer);
  if (guest.update.by === 'rpm-ostree' && !isNewer) await attempt(report, () => clearDropped(guest, report));
  if (guest.update.by === 'rpm-ostree' && (await isMaintained(guest.name))) {
    await ownFiles(guest, report);
    return pointToDefault(guest);
  }
  const hold = await readHoldFacts(guest, report.warn);
  await requireStopped(guest, hold);
  if (isNewer) {
    await ownFiles(guest, report);
    return pointToDefault(guest);
  }
  await attempt(report, () => existsSync(guest.sysroot) && closeSysroot(guest.sysroot));
  await ownFiles(guest, report);
  const [before] = listDeployments(guest.sysroot);
  const next = await chooseDeployment(guest, await lockForStart(guest, hold, report), report);
  await attempt(report, () => afterStart(guest, next, next.name !== before?.name, report));
  point(guest.name, next);
  report.step(`Default: ${next.title} (${next.checksum.slice(0, 12)}.${next.serial})`);
}

/**
 * Gives a guest without a user namespace files of its own, before its root can write to shared ones. Throws if that fails, so that
 * the guest is not started.
 */
async function ownFiles(guest: Guest, report: Report): Promise<void> {
  const { name, sysroot } = guest;
  if (isConfined(guest) || isUnshared(name) || (await isRunning(name))) return;
  // First prevents new linking steps from linking its files, then ends running ones.
  noteUnconfined(name);
  await endLinking();
  // The job may take as long as this service may run. The next start copies what is left.
  const place = { name: `unshare-${name}`, rooms: roomsOf(guest), timeLimit: 'infinity' };
  const what = `${name} is not started: it has no user namespace and still shares files with other guests, which its root could change`;
  const count = await doJob(what, place, 'unshare', { sysroot, stateroot: name });
  if (count > 0) report.step(`Copied ${count} files that ${name} shared with other guests`);
  noteUnshared(name);
}

/** Points to the default deployment, without any decision. */
function pointToDefault({ name, sysroot }: Guest): void {
  const [next] = listDeployments(sysroot);
  if (next) point(name, next);
}

async function chooseDeployment(guest: Guest, hold: HoldFacts, report: Report): Promise<Deployment> {
  const { refused } = readBootList(guest.sysroot);
  for (const { file, reason } of refused)
    report.warn(`${file} is not booted: ${reason}. Remove it: rm ${file}`);
  const last = lastRan(guest);
  await attempt(report, () => recoverVar(guest.sysroot, guest.name));
  // Before the guest leaves its deployment, everything that it wrote there is saved.
  const isSafe =
    !last || (await attempt(report, () => keepPlaces(guest, last, last, report).then(() => true)));
  const next = await followRule(guest, { isSafe: isSafe === true, hold }, report);
  sayWhatWaits(guest, hold, report);
  if (next) {
    await attempt(report, () => keepPlaces(guest, next, last, report));
    await attempt(report, () => keepMountPoints(guest, next, last, report));
    return next;
  }
  const remedy = `Make one: guestctl update ${guest.name}`;
  const message = refused.length > 0 ? 'no boot entry that can be booted' : 'no deployment yet';
  throw new Failure(`${guest.name} has ${message}`, remedy);
}

/** Makes up for a start that has ended while this step went on. */
async function afterStart(guest: Guest, next: Deployment, isNew: boolean, report: Report): Promise<void> {
  const { name } = guest;
  const trial = readTrial(name, next.name);
  if (!trial && !isNew) return;
  const start = await startOf(name);
  const { uncounts, startsAgain } = onEndedStart({ start, isOnTrial: trial !== undefined, isNew });
  if (trial && uncounts) uncountTry(name, trial);
  if (uncounts) report.step(`The start of ${name} ${start}, and does not count`);
  if (startsAgain) await startAfterThis(name, report);
}

/** Starts the guest once this step has ended: a start would not run it again before. */
async function startAfterThis(name: string, report: Report): Promise<void> {
  report.step(`${name} is started again`);
  const settings: Settings = [
    ['Type', 'oneshot'],
    ['After', bootUnit(name)],
    // Somebody may stop the guest until then.
    ['ConditionPathExists', `!${stopMarkOf(name)}`],
  ];
  const command = ['systemctl', 'start', '--no-block', '--', driver.unit(name)];
  const started = await startAsService(startAgainUnit(name), settings, command, {});
  requireSuccess(`Cannot start ${name} again`, started);
}

/** Says when the staged update is deployed that this start has left. */
function sayWhatWaits({ name, update }: Guest, facts: HoldFacts, report: Report): void {
  const staged = unlessDamaged(() => readStaged(name));
  const hold = staged && holdOf(staged, facts, update);
  const atOnce = `guestctl switch ${hold?.kind === 'lock' ? '--force ' : ''}${name}`;
  if (hold) report.step(`The staged update waits: ${holdWords(hold)}. At once: ${atOnce}`);
}

/** Returns the deployment that the guest last ran from; after a boot of the host, the default one. */
function lastRan({ name, sysroot }: Guest): Deployment | undefined {
  const deployments = listDeployments(sysroot);
  const root = bootedRoot(name);
  return deployments.find(({ path }) => path === root) ?? deployments[0];
}

/**
 * Fails if the guest runs: /etc is merged from the root that it runs from, so what it writes
 * there later would be lost. systemd is not asked if nothing is going to change.
 */
async function requireStopped(guest: Guest, hold: HoldFacts): Promise<void> {
  const { name } = guest;
  let isCertain = true;
  const decision = firstDecision(guest, withLock(hold), () => {
    isCertain = false;
  });
  const isPlain = decision.kind === 'boot' && bootedRoot(name) === decision.deployment.path;
  if (!(isCertain && isPlain) && (await isRunning(name)))
    throw new Failure(`${name} is running`, `Restart it: guestctl reboot ${name}`);
}

const firstDecision = (guest: Guest, hold: HoldFacts, unreadable: () => void): BootDecision =>
  decide(readBootState(guest, { isSafe: true, hold, tried: [], failed: [] }, unreadable), guest.update);

/** Asks for the lock of FleetLock= if this start would deploy an update, and has none. Without it, the update waits. */
async function lockForStart(guest: Guest, hold: HoldFacts, report: Report): Promise<HoldFacts> {
  const { name } = guest;
  if (hold.holdsLock) return hold;
  const would = (facts: HoldFacts) => firstDecision(guest, facts, () => {}).kind;
  const deploys = ['claim', 'deploy'].includes(would(withLock(hold)));
  const staged = unlessDamaged(() => readStaged(name));
  if (!deploys || would(hold) === would(withLock(hold)) || !staged) return hold;
  const isHeld = await attempt(report, async () => {
    const before = readLockWish(name);
    // A switch that waits goes on waiting.
    const trigger = before?.trigger ?? 'start';
    if (await getLock(name, { checksum: staged.checksum, trigger }, report)) return true;
    if (trigger === 'start') await cancelLock(name);
    return false;
  });
  return isHeld ? withLock(hold) : hold;
}
