// A session at a host's prompt, as a person sees it, kept in the docs and compared with what happens.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Host } from './host.ts';
import { checkout } from './paths.ts';

/** How a command is given. */
export interface Typed {
  /** Another machine than the host, and its prompt. */
  readonly on?: Pick<Host, 'try'>;
  readonly prompt?: string;
  /** The lines to keep of a long output that changes every day. */
  readonly keep?: RegExp;
  /** Tells how long it took. */
  readonly isTimed?: true;
}

export class Transcript {
  readonly #lines: string[] = [];
  readonly #host: Pick<Host, 'try'>;

  constructor(host: Pick<Host, 'try'>) {
    this.#host = host;
  }

  tell(text: string): void {
    this.#lines.push(text, '');
  }

  /** Gives a command; answers its exit code, and how long it took. */
  async type(command: string, how: Typed = {}): Promise<{ exitCode: number; seconds: number }> {
    const { on = this.#host, prompt = 'host#' } = how;
    const begun = Date.now();
    const { all, exitCode } = await on.try(command);
    const seconds = Math.round((Date.now() - begun) / 1000);
    const output = how.keep ? shortened(all, how.keep) : all.replaceAll('\r', '').trimEnd();
    this.#lines.push('```console', `${prompt} ${command}`, ...(output ? [output] : []), '```', '');
    if (how.isTimed) this.#lines.push(`This took ${seconds} seconds.`, '');
    if (exitCode !== 0) console.log(all);
    return { exitCode, seconds };
  }

  /**
   * It is what the docs have, names of commits, times and Debian's release aside. With UPDATE_TRANSCRIPTS=1 it becomes
   * what they have.
   */
  compareWith(file: string): void {
    const path = join(checkout(), file);
    const text = `${this.#lines.join('\n').trimEnd()}\n`;
    if (process.env['UPDATE_TRANSCRIPTS'] || !existsSync(path)) writeFileSync(path, text);
    expect(timeless(text)).toBe(timeless(readFileSync(path, 'utf8')));
  }
}

/** Leaves out all lines but these. */
const shortened = (text: string, keep: RegExp): string =>
  text
    .split(/\r?\n/)
    .map((line) => (keep.test(line) ? line : '[…]'))
    .filter((line, index, lines) => line !== '[…]' || lines[index - 1] !== line)
    .join('\n')
    .replace(/\n\[…\]$/, '');

const timeless = (text: string): string =>
  text
    .replaceAll(/This took \d+ seconds\./g, 'This took TIME.')
    .replaceAll(/^(\| Debian \d+ ).*/gm, '$1| TIMES')
    .replaceAll(/\b\d{8}\.\d{4}\b/g, 'VERSION')
    .replaceAll(/ssh-ed25519 \S+/g, 'KEY')
    .replaceAll(/\b[0-9a-f]{12}\b/g, 'COMMIT')
    .replaceAll(/Debian GNU\/Linux \S+( \(\w+\))?/g, 'Debian')
    .replaceAll(/Uses: .*/g, 'Uses: WHAT')
    .replaceAll(/[A-Z][a-z]{2} \d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}/g, 'TIME')
    .replaceAll(/\d+(\.\d+)? ?[MGk]B?\b/g, 'SIZE');
