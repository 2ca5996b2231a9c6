import { enabledUnits } from '../host/enabled-units.ts';
import { nextElapses } from '../host/systemctl.ts';
import { timeJson } from './screens/wording.ts';

/** The timer of a build or a mirror. */
export interface RunTimer {
  readonly isEnabled: boolean;
  /** When it runs next; undefined if that is not scheduled. */
  readonly next: Date | undefined;
}

export const noTimer: RunTimer = { isEnabled: false, next: undefined };

/** Looks at timers with one process; returns them in the given order. */
export async function runTimers(units: readonly string[]): Promise<RunTimer[]> {
  if (units.length === 0) return [];
  const next = await nextElapses(...units);
  const enabled = enabledUnits();
  return units.map((unit) => ({ isEnabled: enabled.has(unit), next: next.get(unit) }));
}

/** Returns the form for scripts. */
export const timerJson = ({ isEnabled, next }: RunTimer) => ({
  enabled: isEnabled,
  next: timeJson(next?.getTime()),
});
