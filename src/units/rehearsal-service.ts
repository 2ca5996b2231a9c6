import { type Guest, unitSettings } from '../config/guest.ts';
import { type Setting, unitText } from './unit-text.ts';

/** What [Service] says of a guest's life, and not of what it may use. */
const ofItsLife = ['Restart', 'RestartSec', 'TimeoutStartSec', 'TimeoutStopSec'];

/** What holds for the throwaway machine of a rehearsal, too: limits and credentials. */
export const rehearsalSettings = (guest: Guest): Setting[] =>
  unitSettings(guest, 'Service').filter(([key]) => !ofItsLife.includes(key));

/** Completes ostree-guest-rehearsal@.service of a guest that has any. */
export const rehearsalService = (guest: Guest): string =>
  unitText([
    ['Unit', [['SourcePath', guest.file]]],
    ['Service', rehearsalSettings(guest)],
  ]);
