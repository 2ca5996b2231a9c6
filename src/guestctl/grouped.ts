/** Collects values by key; the values of a key stay in their order. */
export function grouped<Key, Value>(
  pairs: Iterable<readonly [key: Key, value: Value]>,
): ReadonlyMap<Key, readonly Value[]> {
  const groups = new Map<Key, Value[]>();
  for (const [key, value] of pairs) {
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}
