// The generator as systemd runs it, on each engine that this machine has.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleForQuickJS } from '../../quickjs.mjs';
import { qjs } from './qjs.ts';

export type Environment = Readonly<Record<string, string>>;

/** Where there is no such program, the front does not look for another. */
const none = '/nonexistent';

const node: [string, Environment] = [
  'Node',
  { OSTREE_GUESTS_NODE: process.execPath, OSTREE_GUESTS_QJS: none },
];

/** Name, and what has the front run it and no other. */
export const engines: [typeof node, ...(typeof node)[]] = [
  node,
  ...(qjs ? [['QuickJS', { OSTREE_GUESTS_NODE: none, OSTREE_GUESTS_QJS: qjs }] as typeof node] : []),
];

export async function buildGenerator(directory: string): Promise<void> {
  await build({
    bundle: true,
    logLevel: 'error',
    platform: 'node',
    format: 'cjs',
    entryPoints: ['src/generator/main.ts'],
    outfile: join(directory, 'generator.cjs'),
  });
  await bundleForQuickJS(directory);
}

export function runGenerator(output: string, environment: Environment) {
  const { status, stderr } = spawnSync('sh', ['generators/ostree-guests-generator', output, output, output], {
    env: { PATH: process.env['PATH'], ...environment },
    encoding: 'utf8',
  });
  return { status, stderr };
}

/** Every file and link of a tree, with its content. */
export function treeOf(directory: string): Record<string, string> {
  const names = readdirSync(directory, { recursive: true, withFileTypes: true }).filter(
    (entry) => !entry.isDirectory(),
  );
  const entries = names.map((entry) => {
    const path = join(entry.parentPath, entry.name);
    const content = entry.isSymbolicLink() ? `-> ${readlinkSync(path)}` : readFileSync(path, 'utf8');
    return [path.slice(directory.length + 1), content] as const;
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
