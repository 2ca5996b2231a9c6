import { existsSync } from 'node:fs';
import type { Guest } from '../../config/guest.ts';
import { roomsOf } from '../../host/confined.ts';
import { Failure } from '../../host/failure.ts';
import { isMaintained, isRunning, updateUnit } from '../../host/systemctl.ts';
import { type Deployment, listDeployments, readBootList } from '../../ostree/deployments.ts';
import { closeSysroot } from '../../ostree/protection.ts';
import { recoverVar } from '../../ostree/var-snapshots.ts';
import { damagedState } from '../../state/state-files.ts';
import { isUnshared, noteUnconfined, noteUnshared } from '../../state/unshared.ts';
import { isConfined } from '../../trees/linking/shares.ts';
import { endLinking } from '../../trees/linking/unit.ts';
import { doJob } from '../../trees/treework/run.ts';
import { attempt, type Log } from './attempt.ts';
import { followRule } from './follow-rule.ts';
import { keepMountPoints } from './mount-points.ts';
import { keepPlaces } from './places.ts';
import { readBootState } from './read-state.ts';
import { bootedRoot, point } from './root-link.ts';
import { decide } from './rule.ts';

/**
 * What firmware and boot loader do for real hardware: rolls back or deploys what is to be, counts the tries of a
 * fresh deployment, and points to the default one. Nothing but this step changes the boot list, and only while
 * the guest is stopped. Whatever goes wrong on the way, the guest starts as it was; unless its root could then write to files of
 * other guests.
 */
export async function boot(guest: Guest, log: Log): Promise<void> {
  if (guest.update.by === 'rpm-ostree' && (await isMaintained(guest.name))) {
    await ownFiles(guest, log);
    return pointToDefault(guest);
  }
  await requireStopped(guest);
  if (damagedState(guest.name).some(({ isNewer }) => isNewer)) {
    // A newer version of this program knows what is to be done: serviceMain() has told who looks.
    await attempt(log, () => ownFiles(guest, log));
    return pointToDefault(guest);
  }
  attempt(log, () => existsSync(guest.sysroot) && closeSysroot(guest.sysroot));
  await ownFiles(guest, log);
  const next = await chooseDeployment(guest, log);
  point(guest.name, next);
  log.say(`Default: ${next.title} (${next.checksum.slice(0, 12)}.${next.serial})`);
}

/**
 * Gives a guest without a user namespace files of its own before its root can write to any. Throws if that fails: the start fails,
 * and nothing is changed by it.
 */
async function ownFiles(guest: Guest, log: Log): Promise<void> {
  const { name, sysroot } = guest;
  if (isConfined(guest) || isUnshared(name) || (await isRunning(name))) return;
  // First of all nobody begins to link its files any more. Who has begun does not see that, and does not go on.
  noteUnconfined(name);
  await endLinking();
  // It ends with us at the latest. The next start copies what is left.
  const place = { name: `unshare-${name}`, rooms: roomsOf(guest), timeLimit: 'infinity' };
  const what = `${name} is not started: it has no user namespace and still shares files with other guests, which its root could change`;
  const count = await doJob(what, place, 'unshare', { sysroot, stateroot: name });
  if (count > 0) log.say(`Copied ${count} files that ${name} shared with other guests`);
  noteUnshared(name);
}

/** Has a guest boot what it would boot; nothing is decided about it. */
function pointToDefault({ name, sysroot }: Guest): void {
  const [next] = listDeployments(sysroot);
  if (next) point(name, next);
}

async function chooseDeployment(guest: Guest, log: Log): Promise<Deployment> {
  const { refused } = readBootList(guest.sysroot);
  for (const { file, reason } of refused) log.warn(`${file} is not booted: ${reason}. Remove it: rm ${file}`);
  const last = lastRan(guest);
  attempt(log, () => recoverVar(guest.sysroot, guest.name));
  // What the guest wrote into the deployment that it ran from is safe before that is left for another one.
  const isSafe = !last || (await attempt(log, () => keepPlaces(guest, last, last, log).then(() => true)));
  const next = await followRule(guest, isSafe === true, log);
  if (next) {
    await attempt(log, () => keepPlaces(guest, next, last, log));
    attempt(log, () => keepMountPoints(guest, next, last, log));
    return next;
  }
  const remedy = `Make one: systemctl start ${updateUnit(guest.name)}`;
  const message = refused.length > 0 ? 'no boot entry that can be booted' : 'no deployment yet';
  throw new Failure(`${guest.name} has ${message}`, remedy);
}

/** The deployment that the guest last ran from; after a boot of the host, that is the default one. */
function lastRan({ name, sysroot }: Guest): Deployment | undefined {
  const deployments = listDeployments(sysroot);
  const root = bootedRoot(name);
  return deployments.find(({ path }) => path === root) ?? deployments[0];
}

/**
 * Nothing may change under a running guest: /etc is merged from the root it runs from, so what it writes
 * there later would be lost. systemd is not asked where nothing is going to change.
 */
async function requireStopped(guest: Guest): Promise<void> {
  const { name } = guest;
  let isCertain = true;
  const unreadable = () => {
    isCertain = false;
  };
  const decision = decide(readBootState(guest, { isSafe: true, tried: [] }, unreadable), guest.update);
  const isPlain = decision.kind === 'boot' && bootedRoot(name) === decision.deployment.path;
  if (!(isCertain && isPlain) && (await isRunning(name)))
    throw new Failure(`${name} is running`, `Restart it: machinectl reboot ${name}`);
}
