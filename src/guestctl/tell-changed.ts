import type { Command } from 'commander';
import { textfileDirectory } from '../config/paths.ts';
import { isThere } from '../host/node-files.ts';
import { run } from '../host/process.ts';
import { onlyLooks } from './needs-root.ts';

/** Started for each change of a guest, for its metrics. */
const changedUnit = 'ostree-guest-changed.service';

/** Has the metrics of guests written anew, soon. A no-op if nobody collects them, or the command has changed nothing. */
export async function tellChanged(command: Command): Promise<void> {
  if (!onlyLooks(command) && isThere(textfileDirectory))
    await run('systemctl', ['start', '--no-block', changedUnit]);
}
