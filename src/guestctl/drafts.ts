// The text of a guest file that is not in place yet: `--from`.
import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { largestFile } from '../config/file-port.ts';
import { guestName } from '../config/guest-name.ts';
import { guestFileOf } from '../config/paths.ts';
import type { Reader } from '../config/search.ts';
import { Failure } from '../host/failure.ts';
import { nodeFiles } from '../host/node-files.ts';
import { misused } from './command.ts';
import { withPlanned } from './planned-files.ts';

export const draftOption = (description: string): Option => new Option('--from <file>', description);

/** Reads a draft; `-` is standard input. */
export function readDraft(from: string): string {
  const text = from === '-' ? readFileSync(0, 'utf8') : nodeFiles.read(from);
  if (text === undefined) throw new Failure(`There is no file ${from}`);
  if (Buffer.byteLength(text) > largestFile) throw new Failure('A guest file has at most 1 MiB');
  return text;
}

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
  return command.error('error: --from needs the name of one guest', { exitCode: misused });
}
