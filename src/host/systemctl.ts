import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { transientDirectory } from '../config/paths.ts';
import { monotonic } from './clock.ts';
import { Failure } from './failure.ts';
import { parseList } from './json-fields.ts';
import { run } from './process.ts';

/** The properties of one unit, by name, as `systemctl show` prints them. */
export type Properties = Readonly<Record<string, string>>;

export const bootUnit = (guest: string): string => `ostree-guest-boot@${guest}.service`;
export const updateUnit = (guest: string): string => `ostree-guest-update@${guest}.service`;
export const tidyUnit = (guest: string): string => `ostree-guest-tidy@${guest}.service`;
export const timerUnit = (guest: string): string => `ostree-guest-update@${guest}.timer`;
export const assessUnit = (guest: string): string => `ostree-guest-assess@${guest}.service`;
export const switchUnit = (guest: string): string => `ostree-guest-switch@${guest}.service`;
export const rehearseUnit = (guest: string): string => `ostree-guest-rehearse@${guest}.service`;
export const rehearsalUnit = (guest: string): string => `ostree-guest-rehearsal@${guest}.service`;
export const switchTimerUnit = (guest: string): string => `ostree-guest-switch@${guest}.timer`;
export const lockUnit = (guest: string): string => `ostree-guest-lock@${guest}.service`;
export const lockTimerUnit = (guest: string): string => `ostree-guest-lock@${guest}.timer`;
export const imageUnit = (guest: string): string => `ostree-guest-image@${guest}.service`;
/** Returns the transient unit that starts a guest whose start gave up before its boot step had ended. */
export const startAgainUnit = (guest: string): string => `ostree-guest-start-${guest}.service`;
export const maintenanceUnit = (guest: string): string => `ostree-guest-maintenance@${guest}.service`;

/** Returns the unit of a build. */
export const buildUnit = (build: string): string => `ostree-guest-build@${build}.service`;
export const buildTimerUnit = (build: string): string => `ostree-guest-build@${build}.timer`;
/** Returns the unit that publishes what a build makes. */
export const publishUnit = (build: string): string => `ostree-guest-publish@${build}.service`;
export const mirrorUnit = (mirror: string): string => `ostree-guest-mirror@${mirror}.service`;
export const mirrorTimerUnit = (mirror: string): string => `ostree-guest-mirror@${mirror}.timer`;

/** Asks for properties of any number of units with one process; returns them in the order of the units. */
export async function showUnits(
  units: readonly string[],
  properties: readonly string[],
): Promise<Properties[]> {
  if (units.length === 0) return [];
  const options = properties.map((property) => `--property=${property}`);
  return parseShow(await ask('show', '--timestamp=unix', ...options, '--', ...units));
}

/** How long to retry, in milliseconds: `systemctl daemon-reexec` drops all connections for a moment. */
const patience = 20_000;

/** Runs a read-only systemctl(1) command; retries if the connection to systemd breaks. */
async function ask(...args: readonly string[]): Promise<string> {
  const deadline = performance.now() + patience;
  for (;;) {
    const { exitCode, stdout, stderr } = await run('systemctl', args);
    if (exitCode === 0) return stdout;
    if (!lostConnection(stderr) || performance.now() > deadline)
      throw new NoAnswer(`systemd does not answer: ${stderr.trim()}`, 'Is systemd running here?');
    await sleep(200);
  }
}

/** systemd did not answer a question. It may do so later. */
export class NoAnswer extends Failure {}

/** True for the ActiveState of a unit that does not run, and neither starts nor stops. */
export const isDown = (activeState: string | undefined): boolean =>
  activeState === 'inactive' || activeState === 'failed';

/** Returns the ActiveState of a unit; `activating` if a job of it waits, because it is about to change. */
export const stateWithJob = ({ ActiveState, Job }: Properties): string | undefined =>
  Job ? 'activating' : ActiveState;

/** Waits until a unit has ended. A no-op if it does not run. */
export async function unitEnds(unit: string): Promise<void> {
  for (;;) {
    const [shown = {}] = await showUnits([unit], ['ActiveState']);
    if (isDown(shown['ActiveState'] ?? 'inactive')) return;
    await sleep(200);
  }
}

/** True if systemctl(1) failed only because systemd did not answer [T 252, 257, 262]. */
export const lostConnection = (stderr: string): boolean =>
  /D-Bus connection terminated|Connection (refused|reset by peer|terminated)|Transport endpoint is not connected|Failed to connect to (system scope )?bus|Connection timed out|Remote peer disconnected|Message recipient disconnected/.test(
    stderr,
  );

/** One block of KEY=VALUE lines for each unit, with an empty line between them. */
export function parseShow(stdout: string): Properties[] {
  return stdout
    .trim()
    .split(/\n\n+/)
    .map((block) =>
      Object.fromEntries(
        block.split('\n').map((line) => [line.split('=', 1)[0], line.slice(line.indexOf('=') + 1)]),
      ),
    );
}

/** Returns the ActiveState of the units that match patterns, with one process. Units that are not loaded are inactive. */
export async function activeStates(patterns: readonly string[]): Promise<Map<string, string>> {
  return parseUnits(await ask('list-units', '--all', '--output=json', '--', ...patterns));
}

/** Parses a JSON array of objects with the name and the ActiveState of a unit. */
export function parseUnits(stdout: string): Map<string, string> {
  return new Map(parseList(stdout).map((unit) => [unit.text('unit'), unit.text('active')]));
}

/** Returns when all timers, or these, elapse next; omits timers that are not scheduled. */
export async function nextElapses(...timers: readonly string[]): Promise<Map<string, Date>> {
  const { exitCode, stdout } = await run('systemctl', [
    'list-timers',
    '--all',
    '--output=json',
    '--',
    ...timers,
  ]);
  return exitCode === 0 ? parseTimers(stdout) : new Map();
}

/** Parses a JSON array of objects with the name of a unit and times in microseconds since 1970; 0 is never. */
export function parseTimers(stdout: string): Map<string, Date> {
  const timers = parseList(stdout).map(
    (timer) => [timer.text('unit'), timer.numberOrNull('next') ?? 0] as const,
  );
  return new Map(timers.filter(([, next]) => next > 0).map(([unit, next]) => [unit, new Date(next / 1000)]));
}

/** Returns true if one of these units is being started, restarted or stopped, or is about to be. */
export async function isChanging(...units: readonly string[]): Promise<boolean> {
  const shown = await showUnits(units, ['ActiveState', 'Job']);
  return shown.some(({ ActiveState = '', Job }) => /^(de)?activating$/.test(ActiveState) || Boolean(Job));
}

/** Starts a unit and waits for it; for a oneshot service, for its end. */
export async function startUnit(unit: string): Promise<void> {
  await act('start', unit);
}

/**
 * Starts a oneshot service, and waits for its end. One that runs may have looked too early, or for another reason, so another run
 * follows, unless that one fails. systemd merges a start with one whose job has not ended, and that is so until the service is no
 * longer deactivating.
 */
export async function startAnew(unit: string): Promise<void> {
  const [shown] = await showUnits([unit], ['ActiveState']);
  await startUnit(unit);
  if (!isDown(shown?.['ActiveState'])) await startUnit(unit);
}

/** Starts a unit like startUnit(), but fails if that would cancel the start of a unit in its `Conflicts=`. */
export async function startUnitBesides(unit: string): Promise<void> {
  await act('start', unit, '--job-mode=fail');
}

/** Stops a unit if it runs, starts it, and waits for both. */
export async function restartUnit(unit: string): Promise<void> {
  await act('restart', unit);
}

/** Restarts a unit like restartUnit(), but fails if that would cancel a stop that somebody has asked for. */
export async function restartUnlessStopped(unit: string): Promise<void> {
  await act('restart', unit, '--job-mode=fail');
}

/** Restarts a unit if it runs, and waits for it. Fails if that would cancel a stop that somebody has asked for. */
export async function tryRestartUnit(unit: string): Promise<void> {
  await act('try-restart', unit, '--job-mode=fail');
}

/** Starts an inactive unit, and waits only until the start has begun. */
export async function beginStart(unit: string): Promise<void> {
  await act('start', unit, '--no-block');
  // A busy systemd leaves its job waiting. Without a job, the start has ended already.
  for (;;) {
    const [shown = {}] = await showUnits([unit], ['ActiveState', 'Job']);
    if (shown['ActiveState'] !== 'inactive' || !shown['Job']) return;
    await sleep(100);
  }
}

/** Waits until a unit is not about to be stopped, or started anew. A no-op if it has no job. */
export async function stopEnds(unit: string): Promise<void> {
  for (;;) {
    const [shown = {}] = await showUnits([unit], ['ActiveState', 'Job']);
    if (!isGoingDown(shown)) return;
    await sleep(200);
  }
}

/** True if a unit is up and has a job, which may still wait for those of other units: it is stopped, maybe to be started anew. */
export const isGoingDown = ({ ActiveState, Job }: Properties): boolean =>
  Boolean(Job) && ['active', 'reloading', 'deactivating'].includes(ActiveState ?? '');

/**
 * True if a unit ends because it has failed: it did not start in time, or its process ended. If it has a job, that is the one of its
 * start. A stop that somebody has asked for meanwhile is seen at its end.
 */
export const isFailing = ({ ActiveState, Result = 'success' }: Properties): boolean =>
  ActiveState === 'deactivating' && Result !== 'success';

/** Kills all processes of a unit with SIGKILL. */
export async function killUnit(unit: string): Promise<void> {
  await act('kill', unit, '--signal=KILL');
}

/** Kills a unit with SIGKILL and waits until it is gone. A no-op if it is not running. */
export const destroyUnit = (unit: string): Promise<void> => destroyUnits([unit]);

/** Does the same with some units. */
async function destroyUnits(units: readonly string[]): Promise<void> {
  await run('systemctl', ['kill', '--signal=KILL', '--', ...units]);
  await run('systemctl', ['stop', '--', ...units]);
  await resetFailed(...units);
}

/**
 * Does the same with transient services that a run which was killed may have left behind. Mostly there are none, and asking systemd
 * would take three processes.
 */
export async function destroyLeft(services: readonly string[]): Promise<void> {
  const there = services
    .map((service) => `${service}.service`)
    .filter((unit) => existsSync(`${transientDirectory}/${unit}`));
  if (there.length > 0) await destroyUnits(there);
}

/** Resets the failed state and the start limit of units: systemctl(1), reset-failed. */
export async function resetFailed(...units: readonly string[]): Promise<void> {
  // Fails if there is nothing to reset.
  await run('systemctl', ['reset-failed', '--', ...units]);
}

async function act(
  verb: 'start' | 'restart' | 'try-restart' | 'kill',
  unit: string,
  ...options: readonly string[]
): Promise<void> {
  const begun = monotonic();
  const deadline = performance.now() + patience;
  for (;;) {
    const { exitCode, stderr } = await run('systemctl', [verb, ...options, '--', unit]);
    if (exitCode === 0) return;
    const wasLost = lostConnection(stderr);
    const isHeard = wasLost && (await wasHeard(unit, begun));
    if (isHeard && (await endedWell(unit))) return;
    if (wasLost && !isHeard && performance.now() < deadline) {
      await sleep(200);
      continue;
    }
    const cause = stderr.trim().split('\n')[0] ?? '';
    const remedy = `See: systemctl status ${unit}; journalctl -u ${unit}`;
    throw new Failure(`Cannot ${verb} ${unit}: ${cause}`, remedy);
  }
}

/** True if systemd has heard of a command though the connection broke: the unit has a job, or was started since. */
async function wasHeard(unit: string, since: number): Promise<boolean> {
  const [shown = {}] = await showUnits([unit], ['Job', lastStart]);
  return Boolean(shown['Job']) || Number(shown[lastStart]) >= since;
}

/** In microseconds, of the monotonic clock. */
const lastStart = 'InactiveExitTimestampMonotonic';

/** Waits for the job of a unit, also after the connection to systemd broke; returns true if it succeeded. */
async function endedWell(unit: string): Promise<boolean> {
  for (;;) {
    const [shown = {}] = await showUnits([unit], ['ActiveState', 'Job', 'Result']);
    const isBusy = ['activating', 'deactivating', 'reloading'].includes(shown['ActiveState'] ?? '');
    if (!isBusy && !shown['Job']) return shown['ActiveState'] !== 'failed' && shown['Result'] === 'success';
    await sleep(200);
  }
}

/** systemctl(1): EXIT_NOTINSTALLED. A unit that is not loaded does not run. */
const notLoaded = 5;

/** Stops a unit and waits until it has ended; a guest shuts down cleanly. */
export async function stopUnit(unit: string): Promise<void> {
  const { exitCode, stderr } = await run('systemctl', ['stop', '--', unit]);
  if (exitCode !== 0 && exitCode !== notLoaded)
    throw new Failure(`Cannot stop ${unit}: ${stderr.trim()}`, `See: systemctl status ${unit}`);
}

/** Runs all generators and reloads all units. */
export async function reloadUnits(): Promise<void> {
  const { exitCode, stderr } = await run('systemctl', ['daemon-reload']);
  if (exitCode !== 0)
    throw new Failure(`Cannot reload systemd: ${stderr.trim()}`, 'Try: systemctl daemon-reload');
}

/** Enables units, with `--now` also starts them. */
export async function enableUnits(units: readonly string[], ...options: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await run('systemctl', ['enable', '--quiet', ...options, '--', ...units]);
  if (exitCode !== 0) throw new Failure(`Cannot enable ${units.join(', ')}: ${stderr.trim()}`);
}

/** Disables units. Those that run, run on. */
export async function disableUnits(units: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await run('systemctl', ['disable', '--quiet', '--', ...units]);
  if (exitCode !== 0) throw new Failure(`Cannot disable ${units.join(', ')}: ${stderr.trim()}`);
}

/** Returns the version of systemd; undefined if systemd is missing. */
export async function systemdVersion(): Promise<string | undefined> {
  const { stdout } = await run('systemctl', ['--version']);
  return /^systemd (\d+\S*)/.exec(stdout)?.[1];
}
