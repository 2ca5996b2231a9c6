import { readdirSync, rmSync } from 'node:fs';
import { copyOptions } from '../../host/copy-tree.ts';
import { Failure } from '../../host/failure.ts';
import { run } from '../../host/process.ts';

/**
 * Copies a directory with owners, modes, links, attributes and labels. On btrfs and XFS its files
 * share their space with the old ones.
 */
export async function copyDirectory(from: string, to: string): Promise<void> {
  for (const entry of readdirSync(to)) rmSync(`${to}/${entry}`, { recursive: true });
  await copyInto(from, to);
}

/** Copies missing files. */
export const copyMissing = (from: string, to: string): Promise<void> => copyInto(from, to, '--no-clobber');

async function copyInto(from: string, to: string, ...options: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await run('cp', [...copyOptions('auto'), ...options, `${from}/.`, to]);
  if (exitCode !== 0) throw new Failure(`Cannot copy ${from}: ${stderr.trim().split('\n').at(-1)}`);
}
