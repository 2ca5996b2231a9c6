import { printableLine } from '../host/printable.ts';

/** The progress on the last line of a terminal. */
export class ProgressLine {
  #shown = false;

  show(text: string): void {
    this.#shown = text !== '';
    process.stderr.write(printableLine(text).slice(0, (process.stderr.columns || 80) - 1));
  }

  clear(): void {
    if (this.#shown) process.stderr.write('\r\x1b[K');
    this.#shown = false;
  }
}
