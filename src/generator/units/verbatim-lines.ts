import type { Values } from '../../config/values.ts';

/**
 * The lines that go from a section of a guest or build file into a unit as they are, empty assignments included: they
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
