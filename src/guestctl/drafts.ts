// The text of a guest file that is not in place yet: `--from`.
import { readFileSync, statSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { largestFile } from '../config/file-port.ts';
import { guestName } from '../config/guest-name.ts';
import { guestFileOf } from '../config/paths.ts';
import type { Reader } from '../config/search.ts';
import { Failure } from '../host/failure.ts';
import { unlessMissing } from '../host/node-files.ts';
import { misused } from './command.ts';
import { withPlanned } from './planned-files.ts';

export const draftOption = (description: string): Option => new Option('--from <file>', description);

/** Reads a draft; `-` is standard input. A shell makes a pipe of <(COMMAND). */
export function readDraft(from: string): string {
  if (from !== '-') requireDraft(from);
  const text = readFileSync(from === '-' ? 0 : from, 'utf8');
  if (Buffer.byteLength(text) > largestFile) throw tooLarge(from);
  return text;
}

function requireDraft(from: string): void {
  const stat = unlessMissing(() => statSync(from));
  if (!stat) throw new Failure(`There is no file ${from}`);
  if (!stat.isFile() && !stat.isFIFO())
    throw new Failure(`${from} is not a file`, 'Name the file that has the new text');
  if (stat.size > largestFile) throw tooLarge(from);
}

const tooLarge = (from: string) =>
  new Failure(`${from === '-' ? 'The text' : from} is too large: a guest file has at most 1 MiB`);

interface Draft {
  readonly name: string;
  /** The files of the host as they will be once the draft is in place. */
  readonly files: Reader;
}

/** Takes a draft for the file of a guest. */
export const draftOf = (name: string, from: string): Draft => ({
  name,
  files: withPlanned(new Map([[guestFileOf(name), readDraft(from)]])),
});

/** Returns the one guest that a draft is for. Its file need not exist. */
export function guestOfDraft(targets: readonly string[], command: Command): string {
  const [name, ...more] = targets;
  if (name !== undefined && more.length === 0 && guestName.test(name)) return name;
  return command.error('error: --from needs the name of one guest: guestctl verify NAME --from FILE', {
    exitCode: misused,
  });
}
