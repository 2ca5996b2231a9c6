// The text of a guest, build or mirror file that is not in place yet: `--from`.
import { readFileSync, statSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { largestFile } from '../config/file-port.ts';
import type { Reader } from '../config/search.ts';
import { Failure } from '../host/failure.ts';
import { unlessMissing } from '../host/node-files.ts';
import { misused } from './command.ts';
import { type Declaration, declarationOf } from './declaration.ts';
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
  new Failure(`${from === '-' ? 'The text' : from} is too large: such a file has at most 1 MiB`);

interface Draft {
  readonly declaration: Declaration;
  /** The files of the host as they will be once the draft is in place. */
  readonly files: Reader;
}

/** Takes a draft for the file of a declaration. */
export const draftOf = (declaration: Declaration, from: string): Draft => ({
  declaration,
  files: withPlanned(new Map([[declaration.file, readDraft(from)]])),
});

/** Returns the one guest, build or mirror that a draft is for. Its file need not exist. */
export function declarationOfDraft(targets: readonly string[], command: Command): Declaration {
  const [target = '', ...more] = targets;
  const declaration = more.length === 0 ? declarationOf(target) : undefined;
  if (declaration) return declaration;
  const message = 'error: --from needs one name, not a file: guestctl verify NAME --from FILE';
  return command.error(message, { exitCode: misused });
}
