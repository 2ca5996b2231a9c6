import type { Command } from 'commander';
import { isQuiet, say } from '../command.ts';
import { ProgressLine } from '../progress-line.ts';
import type { Listener } from './export-guest.ts';

/** Shows on a terminal how much of an archive was written or read. */
export function listenerOf(command: Command, what: string): Listener & { readonly end: () => void } {
  const line = new ProgressLine();
  const isShown = process.stderr.isTTY && !isQuiet(command);
  const started = performance.now();
  return {
    say: (text) => {
      line.clear();
      say(command, text);
    },
    progress: (bytes) => {
      if (!isShown) return;
      const rate = bytes / 1e3 / Math.max(1, performance.now() - started);
      line.clear();
      line.show(`${what}: ${(bytes / 1e6).toFixed(0)} MB, ${rate.toFixed(0)} MB/s`);
    },
    end: () => line.clear(),
  };
}
