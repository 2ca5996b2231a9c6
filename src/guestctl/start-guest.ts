// Starts guests, and tells why one did not start, or started from something else than expected.

import { isDeepStrictEqual } from 'node:util';
import type { Command } from 'commander';
import type { Guest } from '../config/guest.ts';
import { monotonic } from '../host/clock.ts';
import { explainAny, Failure, failureOf } from '../host/failure.ts';
import { run } from '../host/process.ts';
import { tell } from '../host/tell.ts';
import { isRunning } from '../machine/guest-state.ts';
import { listDeployments } from '../ostree/deployments.ts';
import type { PastAttempt } from '../state/attempts.ts';
import { attemptsSince, lastAttempt } from '../state/past-attempts.ts';
import { whatIsStaged } from '../state/staged-update.ts';
import { unlessDamaged } from '../state/state-file.ts';
import { readUndeployed } from '../state/undeployed.ts';
import { noteFailedUnits } from '../steps/assess/health.ts';
import { say } from './command.ts';
import { deploymentWords, undeployedWords } from './screens/wording.ts';
import { startFault } from './start-fault.ts';

/** Starts or restarts a guest with `act`, and reports what it runs. A failure has its reason. */
export async function startAndTell(guest: Guest, command: Command, act: () => Promise<void>): Promise<void> {
  const { name, sysroot } = guest;
  await lookBeforeUpdate(guest);
  const begun = monotonic();
  const [last, undeployedBefore] = [lastAttempt(name), knownUndeployed(guest)];
  const failure = (await failureOf(act)) ?? (await skipped(name));
  if (failure) {
    tellAttempts(name, last);
    const { errors, lastWords } = await startFault(name, begun);
    const reason = errors || lastWords || failure.message;
    throw new Failure(`${name} did not start: ${reason}`, `Full log: guestctl logs ${name} -n 50`);
  }
  tellAttempts(name, last);
  const undeployed = knownUndeployed(guest);
  if (undeployed && !isDeepStrictEqual(undeployed, undeployedBefore))
    tell(`${name}: ${undeployedWords(undeployed)}`);
  const [booted] = listDeployments(sysroot);
  if (booted) say(command, `${name} runs ${deploymentWords(booted)}`);
  say(command, `A shell in it: guestctl shell ${name}`);
}

/**
 * Looks once more which units have failed, if this start boots an update that was staged before: they are no fault of the update. Does
 * not wait for a guest that hangs.
 */
async function lookBeforeUpdate(guest: Guest): Promise<void> {
  if (!unlessDamaged(() => whatIsStaged(guest))) return;
  try {
    await noteFailedUnits(guest, (file, args) => run(file, args, { timeout: 5000 }));
  } catch (error) {
    tell(`${explainAny(error)}. Units that have failed since the update was staged count against it`);
  }
}

const knownUndeployed = (guest: Guest) => unlessDamaged(() => readUndeployed(guest));

/** systemd skips a unit with an unmet condition, and reports success. */
const skipped = async (name: string): Promise<Failure | undefined> =>
  (await isRunning(name)) ? undefined : new Failure('a condition of its unit is not met');

/** Tells rollbacks and failed updates since the last attempt: they are in the history, not in the result of the unit. */
function tellAttempts(name: string, last: PastAttempt | undefined): void {
  for (const { outcome, action, message } of attemptsSince(name, last))
    if (outcome === 'failed' || action === 'rollback') tell(`${name}: ${message}`);
}
