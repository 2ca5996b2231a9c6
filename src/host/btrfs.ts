import { Failure } from './failure.ts';
import { run } from './process.ts';

/** btrfs-subvolume(8): a writable snapshot. */
export async function snapshotSubvolume(from: string, to: string): Promise<void> {
  const { exitCode, stderr } = await run('btrfs', ['subvolume', 'snapshot', from, to]);
  if (exitCode !== 0) throw new Failure(`Cannot make a snapshot of ${from}: ${stderr.trim()}`);
}
