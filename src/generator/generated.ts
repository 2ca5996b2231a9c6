import type { Guest } from '../config/guest.ts';
import { isEmpty, type Parts, unitText } from './units/unit-text.ts';

/** A generated file or symbolic link; its path is relative to the output directory. */
export type Generated =
  | { readonly path: string; readonly text: string }
  | { readonly path: string; readonly target: string };

/** A drop-in of a unit. Named 50- so that override.conf of `systemctl edit` wins. */
export const dropIn = (unit: string, text: string): Generated => ({ path: `${unit}.d/50-guest.conf`, text });

/** Adds a drop-in for the template of a step, unless it is empty. */
export function complete(
  made: Generated[],
  { name, file }: Guest,
  step: string,
  type: 'service' | 'timer',
  parts: Parts,
): void {
  if (!isEmpty(parts)) made.push(dropIn(`ostree-guest-${step}@${name}.${type}`, unitText(file, parts)));
}
