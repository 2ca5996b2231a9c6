import { Failure } from '../failure.ts';
import { run } from '../process.ts';

/** The properties of one unit, by name, as `systemctl show` prints them. */
export type Properties = Readonly<Record<string, string>>;

export const guestUnit = (guest: string): string => `systemd-nspawn@${guest}.service`;
export const bootUnit = (guest: string): string => `ostree-guest-boot@${guest}.service`;
export const updateUnit = (guest: string): string => `ostree-guest-update@${guest}.service`;
export const timerUnit = (guest: string): string => `ostree-guest-update@${guest}.timer`;

/** Asks for properties of any number of units with one process; answers in the order of the units. */
export async function showUnits(
  units: readonly string[],
  properties: readonly string[],
): Promise<Properties[]> {
  if (units.length === 0) return [];
  const options = properties.map((property) => `--property=${property}`);
  const { exitCode, stdout, stderr } = await run('systemctl', [
    'show',
    '--timestamp=unix',
    ...options,
    '--',
    ...units,
  ]);
  if (exitCode !== 0)
    throw new Failure(`systemd does not answer: ${stderr.trim()}`, 'Is systemd running here?');
  return parseShow(stdout);
}

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

/** When each timer elapses next; those that are not scheduled are left out. */
export async function nextElapses(): Promise<Map<string, Date>> {
  const { exitCode, stdout } = await run('systemctl', ['list-timers', '--all', '--output=json']);
  return exitCode === 0 ? parseTimers(stdout) : new Map();
}

/** An array of objects with the unit's name and times in microseconds since 1970, of which 0 is never. */
export function parseTimers(stdout: string): Map<string, Date> {
  const timers = JSON.parse(stdout) as { unit: string; next: number | null }[];
  return new Map(
    timers.filter(({ next }) => next).map(({ unit, next }) => [unit, new Date((next ?? 0) / 1000)]),
  );
}

/** Whether a guest runs, or has not yet ended: its deployment must be left alone. */
export async function isRunning(guest: string): Promise<boolean> {
  const [unit] = await showUnits([guestUnit(guest)], ['ActiveState', 'SubState']);
  const state = unit?.['ActiveState'];
  // While it is being started, the boot step runs before the guest does.
  if (state === 'activating') return !/^(condition|start-pre|auto-restart.*)$/.test(unit?.['SubState'] ?? '');
  return state !== 'inactive' && state !== 'failed';
}

/** Starts a unit and waits for it; for a oneshot service, for its end. */
export async function startUnit(unit: string): Promise<void> {
  await act('start', unit);
}

export async function restartUnit(unit: string): Promise<void> {
  await act('restart', unit);
}

async function act(verb: 'start' | 'restart', unit: string): Promise<void> {
  const { exitCode, stderr } = await run('systemctl', [verb, '--', unit]);
  if (exitCode === 0) return;
  const cause = stderr.trim().split('\n')[0] ?? '';
  throw new Failure(
    `Cannot ${verb} ${unit}: ${cause}`,
    `See: systemctl status ${unit}; journalctl -u ${unit}`,
  );
}
