import type { Values } from '../../config/values.ts';

/**
 * Returns the lines of a section that are copied into a unit, also empty assignments: they
 * reset systemd's lists, too.
 */
export function ownLines(
  { values }: { readonly values: Values },
  section: 'Unit' | 'Service' | 'Timer',
  goesThere?: (key: string, value: string) => boolean,
): readonly string[] {
  if (!values.has(section)) return none;
  const lines: string[] = [];
  for (const { key, value } of values.in(section))
    if (!goesThere || goesThere(key, value)) lines.push(`${key}=${value}`);
  return lines;
}

const none: readonly string[] = [];
