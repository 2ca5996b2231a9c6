import type { Guest } from '../config/guest.ts';
import { isEmpty, type Parts, unitText } from './units/unit-text.ts';

/** A file or a symbolic link that the generator makes; its path is below the output directory. */
export type Generated =
  | { readonly path: string; readonly text: string }
  | { readonly path: string; readonly target: string };

/** A drop-in of a unit. Named 50- so that what `systemctl edit` writes, override.conf, wins. */
export const dropIn = (unit: string, text: string): Generated => ({ path: `${unit}.d/50-guest.conf`, text });

/** Adds what completes the template of a step of a guest's life, if anything does. */
export function complete(
  made: Generated[],
  { name, file }: Guest,
  step: string,
  type: 'service' | 'timer',
  parts: Parts,
): void {
  if (!isEmpty(parts)) made.push(dropIn(`ostree-guest-${step}@${name}.${type}`, unitText(file, parts)));
}
