import type { Command } from 'commander';
import { tell } from '../host/tell.ts';
import type { Report } from '../state/report.ts';
import { isQuiet, say } from './command.ts';
import { ProgressLine } from './progress-line.ts';

/** Reports the steps of a command to a person, and on a terminal how far it is. `end` clears that. */
export function terminalReport(command: Command): Report & { readonly end: () => void } {
  const line = new ProgressLine();
  const isShown = process.stderr.isTTY && !isQuiet(command);
  const started = performance.now();
  return {
    step(text) {
      line.clear();
      say(command, text);
    },
    progress(text, bytes) {
      if (!isShown) return;
      line.clear();
      line.show(bytes === undefined ? text : `${text}: ${rate(bytes, performance.now() - started)}`);
    },
    warn(text) {
      line.clear();
      tell(text);
    },
    end: () => line.clear(),
  };
}

/** `milliseconds` is how long it took to read or write the bytes. */
const rate = (bytes: number, milliseconds: number): string =>
  `${(bytes / 1e6).toFixed(0)} MB, ${(bytes / 1e3 / Math.max(1, milliseconds)).toFixed(0)} MB/s`;
