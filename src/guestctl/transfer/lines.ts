// Messages of the programs that read and write archives, one line of JSON each.
import { eachLine } from '../../host/each-line.ts';
import { Failure } from '../../host/failure.ts';
import { parseFields, WrongJson } from '../../host/json-fields.ts';
import { shown } from '../../host/printable.ts';
import { endingWords, type Finished } from '../../host/process.ts';

export type TransferLine =
  | { readonly bytes: number }
  | { readonly warning: string }
  /** The text of the manifest. It is parsed again here, because the process that unpacks foreign data is not trusted. */
  | { readonly manifest: string }
  /** The SHA-256 of an archive that is written, but for its trailer. */
  | { readonly digest: string }
  | { readonly failure: string; readonly remedy?: string | undefined };

/** Collects lines from text that comes in pieces. Other lines, such as errors of tar(1), are kept apart. */
export class TransferLines {
  failure: Failure | undefined;
  #other = '';
  readonly #onLine: (line: TransferLine) => void;

  constructor(onLine: (line: TransferLine) => void) {
    this.#onLine = onLine;
  }

  readonly add = eachLine((one) => {
    const line = parse(one);
    if (line === undefined) this.#other = one;
    else if ('failure' in line) this.failure ??= new Failure(line.failure, line.remedy);
    else this.#onLine(line);
  });

  /** Fails if the program failed, with the reason that it told. */
  require(what: string, finished: Finished): void {
    if (this.failure) throw new Failure(`${what}: ${this.failure.message}`, this.failure.remedy);
    if (finished.exitCode === 0) return;
    const last = finished.stderr.trim().split('\n').at(-1) ?? '';
    const words = [last, this.#other].find((one) => one !== '' && parse(one) === undefined);
    throw new Failure(`${what}: ${words === undefined ? endingWords(finished) : shown(words)}`);
  }
}

/** Returns undefined if it is no line of ours. */
function parse(line: string): TransferLine | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const fields = parseFields(line);
    const warning = fields.optionalText('warning');
    if (warning !== undefined) return { warning };
    const manifest = fields.optionalText('manifest');
    if (manifest !== undefined) return { manifest };
    const digest = fields.optionalText('digest');
    if (digest !== undefined) return { digest };
    const failure = fields.optionalText('failure');
    if (failure !== undefined) return { failure, remedy: fields.optionalText('remedy') };
    return { bytes: fields.number('bytes') };
  } catch (error) {
    if (error instanceof WrongJson) return undefined;
    throw error;
  }
}
