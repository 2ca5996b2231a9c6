// A session at a host's prompt, as a person sees it, kept in the docs and compared with what happens.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Host } from './host.ts';
import { checkout } from './paths.ts';

export class Transcript {
  readonly #lines: string[] = [];
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  tell(text: string): void {
    this.#lines.push(text, '');
  }

  /** Gives a command; answers its exit code. */
  async type(command: string): Promise<number> {
    const { all, exitCode } = await this.#host.try(command);
    const output = all.replaceAll('\r', '').trimEnd();
    this.#lines.push('```console', `host# ${command}`, ...(output ? [output] : []), '```', '');
    return exitCode;
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

const timeless = (text: string): string =>
  text
    .replaceAll(/\b[0-9a-f]{12}\b/g, 'COMMIT')
    .replaceAll(/Debian GNU\/Linux \S+( \(\w+\))?/g, 'Debian')
    .replaceAll(/Uses: .*/g, 'Uses: WHAT')
    .replaceAll(/[A-Z][a-z]{2} \d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}/g, 'TIME')
    .replaceAll(/\d+(\.\d+)? ?[MGk]B?\b/g, 'SIZE');
