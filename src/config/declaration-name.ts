// lazy: QuickJS reads this file when one of its functions is called.
import { guestName, guestNameRule } from './guest-name.ts';
import type { Position, Problem } from './problem.ts';

/** Checks the name of a build or a mirror. */
export function wrongDeclarationName(kind: 'build' | 'mirror', name: string, top: Position): Problem[] {
  if (guestName.test(name)) return [];
  const remedy = `Name the file after the ${kind}: ${guestNameRule}, then .${kind}`;
  return [{ at: top, message: `'${name}' is not the name of a ${kind}`, remedy }];
}
