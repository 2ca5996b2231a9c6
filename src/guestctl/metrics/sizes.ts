// The sizes of trees. To measure them means to look at each of their files, so each guest is measured once for each change.
import { cacheDirectory } from '../../config/paths.ts';
import { writeAtomically } from '../../host/atomic-file.ts';
import { fieldsOf, isObject, parseFields, WrongJson } from '../../host/json-fields.ts';
import { readRegularFile } from '../../host/node-files.ts';
import { type TreeSpace, treeSpace } from '../../ostree/unique-space.ts';

/** A size, and what it was the size of: it is measured again once that differs. */
interface Measured extends TreeSpace {
  readonly key: string;
}

/** A guest to measure. */
export interface SizedTree {
  readonly name: string;
  readonly sysroot: string;
  readonly key: string;
}

const file = `${cacheDirectory}/tree-sizes.json`;

/** How long guests are measured in one run, in milliseconds. The next run goes on. */
const patience = 60_000;

/** The sizes that were measured before; empty if they cannot be read. */
export function knownSizes(): Map<string, Measured> {
  try {
    return parseSizes(readRegularFile(file) ?? '{}');
  } catch (error) {
    if (error instanceof WrongJson) return new Map();
    throw error;
  }
}

function parseSizes(text: string): Map<string, Measured> {
  const sizes = parseFields(text).is('guests', isObject, 'an object');
  return new Map(
    Object.entries(sizes).map(([name, value]) => {
      const fields = fieldsOf(value);
      return [name, { key: fields.text('key'), all: fields.number('all'), own: fields.number('own') }];
    }),
  );
}

/** Measures the trees that have changed, and records all sizes. Returns undefined if none has. */
export async function measureChanged(
  trees: readonly SizedTree[],
  known: ReadonlyMap<string, Measured>,
): Promise<Map<string, Measured> | undefined> {
  const changed = trees.filter(({ name, key }) => known.get(name)?.key !== key);
  if (changed.length === 0) return undefined;
  const sizes = new Map([...known].filter(([name]) => trees.some((tree) => tree.name === name)));
  const end = performance.now() + patience;
  for (const { name, sysroot, key } of changed)
    if (performance.now() < end) sizes.set(name, { key, ...(await treeSpace(sysroot)) });
  writeAtomically(file, `${JSON.stringify({ guests: Object.fromEntries(sizes) })}\n`, 0o600);
  return sizes;
}
