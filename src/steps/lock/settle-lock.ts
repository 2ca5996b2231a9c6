import { type Guest, placeOf } from '../../config/guest.ts';
import type { FleetLock } from '../../config/policy.ts';
import { excerpt } from '../../config/problem.ts';
import { now } from '../../host/clock.ts';
import { messageOf } from '../../host/failure.ts';
import { machineId } from '../../host/machine-id.ts';
import { type Posted, post } from '../../host/post.ts';
import { lockTimerUnit, stopUnit } from '../../host/systemctl.ts';
import {
  forgetLock,
  forgetLockRefusal,
  forgetLockWish,
  type Lock,
  type LockWish,
  readLock,
  readLockRefusal,
  readLockWish,
  writeLock,
  writeLockRefusal,
} from '../../state/fleet-lock.ts';
import type { Report } from '../../state/report.ts';
import { record } from '../record-attempt.ts';
import { addressOf, clientId, lockBody, lockHeaders, refusalOf, type ServerRefusal } from './protocol.ts';
import { decide, type LockDecision } from './rule.ts';

/** How long a server may take to answer, in milliseconds: the start of a guest may wait for it. */
const limit = 10_000;

/**
 * Runs ostree-guest-lock@NAME.service: asks the server for the lock that the guest needs, or gives back the one that it no longer
 * needs. Each can be repeated, and a server that says no or nothing is no failure.
 */
export async function settleLock(guest: Guest, report: Report): Promise<void> {
  const { name } = guest;
  const id = clientId(machineId(), name);
  for (const tried: LockDecision['kind'][] = []; ; ) {
    const state = { declared: guest.update.fleetLock, wish: readLockWish(name), lock: readLock(name), id };
    const decision = decide(state);
    if (tried.includes(decision.kind)) break;
    if (decision.kind === 'nothing') {
      if (!state.wish && !state.lock) await stopUnit(lockTimerUnit(name));
      break;
    }
    tried.push(decision.kind);
    if (decision.kind === 'ask') await ask(guest, { ...decision.server, id }, decision.wish, report);
    else await giveBack(name, decision.lock, report);
  }
}

/** Gives back the lock of a guest whose file was removed by hand: it will not be found healthy again. */
export async function settleLeftOver(name: string, report: Report): Promise<void> {
  forgetLockWish(name);
  const lock = readLock(name);
  if (lock) await giveBack(name, lock, report);
  if (!readLock(name)) await stopUnit(lockTimerUnit(name));
}

async function ask(
  guest: Guest,
  server: Pick<Lock, 'url' | 'group' | 'id'>,
  wish: LockWish,
  report: Report,
): Promise<void> {
  const { name } = guest;
  const lock = { ...server, isHeld: false, since: now(), fault: undefined };
  // If the answer gets lost, the lock may be held.
  writeLock(name, lock);
  const refused = await send(lock, 'ask');
  if (!refused) {
    writeLock(name, { ...lock, isHeld: true });
    forgetLockRefusal(name);
    return report.step(`Has the lock of ${serverWords(server)}`);
  }
  if (!refused.mayHold) forgetLock(name);
  await refuse(guest, wish, refused, report);
}

async function giveBack(name: string, lock: Lock, report: Report): Promise<void> {
  const refused = await send(lock, 'giveBack');
  if (refused) {
    const { reason } = refused;
    if (lock.fault !== reason) writeLock(name, { ...lock, fault: reason });
    return report.warn(
      `Cannot give back the lock of ${serverWords(lock)}: ${reason}. This is tried again every 5 minutes`,
    );
  }
  forgetLock(name);
  report.step(`Gave back the lock of ${serverWords(lock)}`);
}

/** Says why there is no lock; in the history only once for each reason. */
async function refuse(
  guest: Guest,
  { checksum, trigger }: LockWish,
  { kind, reason, key }: ServerRefusal,
  report: Report,
): Promise<void> {
  const { name } = guest;
  const before = readLockRefusal(name);
  const isNew = before?.checksum !== checksum || before.kind !== kind;
  const since = isNew ? now() : before.since;
  const place = key ? `${placeOf(guest, 'Update', key)}: ${key}=: ` : '';
  writeLockRefusal(name, { checksum, kind, reason: place + reason, since });
  const server = guest.update.fleetLock ? serverWords(guest.update.fleetLock) : '';
  const message = `${name} is not taken down for its update without the lock of ${server}: ${place}${reason}`;
  if (kind === 'full') report.step(message);
  else report.warn(message);
  if (!isNew) return;
  const outcome = kind === 'mistake' ? 'failed' : 'waiting';
  await record(guest, { action: 'switch', outcome, trigger, to: checksum, since: now(), message });
}

async function send(lock: Lock, path: 'ask' | 'giveBack'): Promise<ServerRefusal | undefined> {
  const letter = {
    url: addressOf(lock, path),
    headers: lockHeaders,
    body: lockBody(lock.id, lock.group),
    limit,
  };
  let answer: Posted;
  try {
    answer = await post(letter);
  } catch (error) {
    return { kind: 'trouble', reason: excerpt(whyNot(error)), mayHold: true };
  }
  return refusalOf(answer);
}

/** Says why a server could not be asked. Node's errors of several addresses have an empty message. */
function whyNot(error: unknown): string {
  const errors = error instanceof AggregateError ? error.errors : [error];
  const words = [...new Set(errors.map(messageOf))].join('; ');
  const isUntrusted = /certificate|self-signed|issuer/.test(words);
  return isUntrusted
    ? `${words}. Its authority must be among those of the host: update-ca-certificates(8)`
    : words;
}

const serverWords = ({ url, group }: FleetLock): string => `group ${group} at ${url}`;
