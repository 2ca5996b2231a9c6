import { type Guest, unitSettings } from '../config/guest.ts';
import type { Parts, Setting } from './unit-text.ts';

/** Who wants to hear that the guest failed wants to hear that its update did. */
export const onFailure = (guest: Guest): Setting[] =>
  unitSettings(guest, 'Unit').filter(([key]) => key === 'OnFailure');

/** Completes the services of an update that need nothing else, for a guest with OnFailure=. */
export const stepService = (guest: Guest): Parts => ({ unit: onFailure(guest) });
