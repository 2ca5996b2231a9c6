import { printableLine } from '../host/printable.ts';
import { run } from '../host/process.ts';
import { log } from '../host/tell.ts';

/** Tells whoever looks how far an update is. */
export interface Report {
  /** A step that was done or begins: one line in the journal, and the status that `systemctl status` shows. */
  step(text: string): void;
  /** How far the current step is: the status only. */
  progress(text: string): void;
}

/** Standard output is the journal, or the terminal of who runs the program by hand. */
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
