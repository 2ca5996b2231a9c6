// The timers of a guest, or of a build or mirror: when they act next, and the commands that enable and disable them.
import type { ToldGuest, ToldRunTimer } from '../told/answers.ts';
import { t } from '../words/translate.ts';
import type { GuestCommand } from './actions.ts';
import { exactly } from './times.ts';

export interface ShownTimer {
  readonly unit: string;
  readonly title: string;
  readonly isEnabled: boolean;
  /** When it acts next; empty if that is not known. */
  readonly next: string;
  readonly action: GuestCommand;
}

export function timersOf({ name, update }: ToldGuest, language: string): readonly ShownTimer[] {
  const { timer, next, windowTimer, window } = update;
  const timers = [
    shownTimer(`ostree-guest-update@${name}.timer`, t('Updates'), timer === 'enabled', next, language),
  ];
  if (windowTimer === null) return timers;
  const unit = `ostree-guest-switch@${name}.timer`;
  return [...timers, shownTimer(unit, t('Maintenance window'), windowTimer === 'enabled', window, language)];
}

/** Returns the timer that runs a build or mirror. */
export const timerOfRuns = (
  unit: string,
  { enabled, next }: ToldRunTimer,
  language: string,
): readonly ShownTimer[] => [shownTimer(unit, t('Runs'), enabled, next, language)];

function shownTimer(
  unit: string,
  title: string,
  isEnabled: boolean,
  next: string | null,
  language: string,
): ShownTimer {
  return {
    unit,
    title,
    isEnabled,
    next: exactly(next, language),
    action: {
      program: 'systemctl',
      ...(isEnabled
        ? {
            id: 'disable-timer',
            label: t('Disable'),
            args: ['disable', '--now', unit],
            doing: t('Disabling {unit}', { unit }),
          }
        : {
            id: 'enable-timer',
            label: t('Enable'),
            args: ['enable', '--now', unit],
            doing: t('Enabling {unit}', { unit }),
          }),
    },
  };
}
