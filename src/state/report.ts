import { printableLine } from '../host/printable.ts';
import { run } from '../host/process.ts';
import { log } from '../host/tell.ts';

/** Reports the progress of a step. */
export interface Report {
  /** Reports a step: a line in the journal, and the status in `systemctl status`. */
  step(text: string): void;
  /** Reports the progress of the current step: only the status. */
  progress(text: string): void;
}

/** Reports on standard output, which is the journal, or a terminal if the program is run by hand. */
export const serviceReport: Report = {
  step(text) {
    log(text);
    notifyStatus(text);
  },
  progress: notifyStatus,
};

/** sd_notify(3) through systemd-notify(1): Node has no datagram sockets of its own. */
function notifyStatus(text: string): void {
  // Nothing depends on it, so nothing waits for it.
  if (process.env['NOTIFY_SOCKET']) void run('systemd-notify', [`--status=${printableLine(text)}`]);
}
