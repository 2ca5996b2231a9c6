// The screen of a terminal. It is loaded when it is shown first, because it is half as large as all the rest.
import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import type { Shell } from '../bridge/shell.ts';
import { adoptStyle } from './adopted-style.ts';

interface TerminalOptions {
  readonly label: string;
  readonly fontFamily: string;
  /** Starts what the screen is for. `tell` prints on it. */
  readonly open: (size: { rows: number; cols: number }, tell: (text: string) => void) => Shell;
}

/** Shows a terminal in an element, as large as that is. Returns how to end it. */
export function showTerminal(place: HTMLElement, { label, fontFamily, open }: TerminalOptions): () => void {
  const leaveStyle = adoptStyle();
  const terminal = new Terminal({
    cursorBlink: true,
    fontFamily,
    fontSize: 14,
    screenReaderMode: true,
    theme: { background: '#151515', foreground: '#ffffff' },
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.open(place);
  terminal.textarea?.setAttribute('aria-label', label);
  fit.fit();
  const { rows, cols } = terminal;
  const shell = open({ rows, cols }, (text) => terminal.write(text));
  terminal.onData(shell.type);
  terminal.onResize(shell.resize);
  const watcher = new ResizeObserver(() => fit.fit());
  watcher.observe(place);
  terminal.focus();
  return () => {
    watcher.disconnect();
    shell.close();
    terminal.dispose();
    leaveStyle();
  };
}
