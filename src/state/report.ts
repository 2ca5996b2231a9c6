import { printableLine } from '../host/printable.ts';
import { run } from '../host/process.ts';
import { log, tell } from '../host/tell.ts';

/** Reports how far something is. */
export interface Progress {
  /** Reports the progress of the current step, and the number of bytes that have arrived, if it is a download. */
  progress(text: string, bytes?: number): void;
}

/** Reports what a step of the program does; all steps use it. */
export interface Report extends Progress {
  /** Reports what is done now. */
  step(text: string): void;
  /** Reports a problem that does not end the step. */
  warn(text: string): void;
}

/** Reports of a service. A step is a line on standard output, which is the journal, or a terminal if it is run by hand. */
export const serviceReport: Report = {
  step(text) {
    log(text);
    notifyStatus(text);
  },
  progress: notifyStatus,
  warn: complain,
};

/** One error in the journal, of priority 3, for each line; or plain text on a terminal: sd-daemon(3). */
export function complain(text: string): void {
  const prefix = process.env['JOURNAL_STREAM'] ? '<3>' : '';
  for (const line of text.split('\n')) tell(prefix + line);
}

/** Sets the status in `systemctl status`: sd_notify(3) through systemd-notify(1), because Node has no datagram sockets. */
function notifyStatus(text: string): void {
  if (!process.env['NOTIFY_SOCKET']) return;
  latest = printableLine(text);
  // Nothing depends on it, so nothing waits for it.
  if (!isNotifying) void notifyLatest();
}

/** The status to set next. */
let latest: string | undefined;
let isNotifying = false;

/** Sets one status after the other: of two programs that run at once, the one with the older status may be the last. */
async function notifyLatest(): Promise<void> {
  isNotifying = true;
  while (latest !== undefined) {
    const status = `--status=${latest}`;
    latest = undefined;
    await run('systemd-notify', [status]);
  }
  isNotifying = false;
}
