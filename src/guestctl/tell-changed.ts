import { textfileDirectory } from '../config/paths.ts';
import { isThere } from '../host/node-files.ts';
import { run } from '../host/process.ts';

/** Started for each change of a guest, for its metrics. */
const changedUnit = 'ostree-guest-changed.service';

/** Has the metrics of guests written anew, soon. A no-op if nobody collects them. */
export async function tellChanged(): Promise<void> {
  if (isThere(textfileDirectory)) await run('systemctl', ['start', '--no-block', changedUnit]);
}
