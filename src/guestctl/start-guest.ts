// Starts guests, and tells why one did not start, or started from something else than expected.

import { isDeepStrictEqual } from 'node:util';
import type { Command } from 'commander';
import type { Guest } from '../config/guest.ts';
import { monotonic } from '../host/clock.ts';
import { explainAny, Failure } from '../host/failure.ts';
import { inOrder, type JournalFields, lastWords, readSince, syncJournal } from '../host/journal.ts';
import { run } from '../host/process.ts';
import { bootUnit } from '../host/systemctl.ts';
import { tell } from '../host/tell.ts';
import { driver } from '../machine/driver.ts';
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

/** Starts or restarts a guest with `act`, and reports what it runs. A failure has its reason. */
export async function startAndTell(guest: Guest, command: Command, act: () => Promise<void>): Promise<void> {
  const { name, sysroot } = guest;
  await lookBeforeUpdate(guest);
  const begun = monotonic();
  const [last, undeployedBefore] = [lastAttempt(name), knownUndeployed(guest)];
  const failure = await act().then(skipped(name), (error: unknown) => {
    if (!(error instanceof Failure)) throw error;
    return error;
  });
  if (failure) {
    tellAttempts(name, last);
    const reason = (await whyNotStarted(name, begun)) || failure.message;
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
const skipped = (name: string) => async (): Promise<Failure | undefined> =>
  (await isRunning(name)) ? undefined : new Failure('a condition of its unit is not met');

/** Tells rollbacks and failed updates since the last attempt: they are in the history, not in the result of the unit. */
function tellAttempts(name: string, last: PastAttempt | undefined): void {
  for (const { outcome, action, message } of attemptsSince(name, last))
    if (outcome === 'failed' || action === 'rollback') tell(`${name}: ${message}`);
}

/** Returns the errors of the guest's start since a time: those of its boot step, of systemd, and of what runs the guest. */
async function whyNotStarted(name: string, begun: number): Promise<string> {
  const unit = driver.unit(name);
  await syncJournal();
  const entries = await readSince(begun, [
    '--lines=200',
    `_SYSTEMD_UNIT=${bootUnit(name)}`,
    '+',
    `_SYSTEMD_UNIT=${unit}`,
    '+',
    `UNIT=${unit}`,
  ]);
  const last = await lastWords(unit, { lines: 20 }, begun);
  return startFault(inOrder([...entries, ...last]));
}

/** Finds the reason in the journal of a start that failed. */
export function startFault(entries: readonly JournalFields[]): string {
  const said = entries.map(({ MESSAGE = '', PRIORITY = '6', UNIT, SYSLOG_IDENTIFIER }) => ({
    text: MESSAGE.trim(),
    isError: (Number(PRIORITY) <= 4 && !isSummary(MESSAGE) && !isIgnored(MESSAGE)) || isSkipped(MESSAGE),
    isOfDriver: UNIT === undefined && SYSLOG_IDENTIFIER === driver.identifier,
  }));
  const errors = said.filter(({ isError }) => isError);
  // What runs the guest has no priorities in the journal. Its last line is why it ended.
  const last = said.filter(({ isOfDriver, text }) => isOfDriver && text !== '').slice(-1);
  const reasons = errors.length > 0 ? errors.slice(0, 2) : last;
  return [...new Set(reasons.map(({ text }) => text.replace(/\.+$/, '')))].join('; ');
}

const isSkipped = (message: string): boolean => /unmet condition check|being skipped\.?$/.test(message);

/** Faults after which systemd went on, such as a counter of the control group that cannot be read. */
const isIgnored = (message: string): boolean => /\bignoring\b/.test(message);

/** Lines of systemd that say only that a unit failed. */
const isSummary = (message: string): boolean =>
  /Failed to start |Failed at step |Failed with result |Main process exited|Control process exited|Scheduled restart job/.test(
    message,
  );
