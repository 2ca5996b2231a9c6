// A root shell in a guest.
import { type Channel, cockpit } from './cockpit.ts';

interface Size {
  readonly rows: number;
  readonly cols: number;
}

export interface Shell {
  type(text: string): void;
  resize(size: Size): void;
  close(): void;
}

/** Runs `guestctl shell` on a terminal. `ended` is called when it ends by itself, and `tell` with what it prints. */
export function openShell(
  guest: string,
  { rows, cols }: Size,
  tell: (text: string) => void,
  ended: () => void,
): Shell {
  const channel: Channel = cockpit.channel({
    payload: 'stream',
    spawn: ['guestctl', 'shell', guest],
    pty: true,
    window: { rows, cols },
    environ: ['TERM=xterm-256color'],
    superuser: 'try',
  });
  let isOurs = true;
  channel.addEventListener('message', (_, data) => tell(data));
  channel.addEventListener('close', (_, { message, problem }) => {
    if (!isOurs) return;
    isOurs = false;
    if (problem) tell(`${message ?? problem}\r\n`);
    ended();
  });
  return {
    // The bridge ends if it gets a NUL, which Ctrl+Space types: https://github.com/cockpit-project/cockpit/issues/21213
    type: (text) => isOurs && text !== '\0' && channel.send(text),
    resize: (window) => isOurs && channel.control({ window }),
    close: () => {
      isOurs = false;
      channel.close();
    },
  };
}
