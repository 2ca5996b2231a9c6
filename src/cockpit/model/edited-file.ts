// The guest file in the editor: where its mistakes are, and what a change of it means.
import { configDirectory } from '../../config/paths.ts';
import type { ToldEdit, ToldProblem, ToldSourceFile } from '../told/answers.ts';
import { t } from '../words/translate.ts';

export interface OpenFile {
  /** The file in effect. */
  readonly file: string;
  /** The file that is written: it overrides one of the package or of the vendor. */
  readonly target: string;
  readonly text: string;
  readonly sha256: string;
  /** Other files of the guest: what they say counts, too. */
  readonly others: readonly string[];
}

/** Returns undefined if the guest has no file of its own. */
export function openFile(guest: string, sources: readonly ToldSourceFile[]): OpenFile | undefined {
  const own = sources.filter(({ kind }) => kind === 'guest' || kind === 'nspawn');
  const main = own.find(({ file }) => file.endsWith(`/${guest}.guest`));
  if (!main) return undefined;
  const others = own.filter((one) => one !== main).map(({ file }) => file);
  const { file, text, sha256 } = main;
  return { file, target: `${configDirectory}/${guest}.guest`, text, sha256, others };
}

/** A part of a line; a mistake begins where a marked one does. */
interface LinePart {
  readonly text: string;
  readonly isMarked: boolean;
}

export interface EditorLine {
  readonly parts: readonly LinePart[];
  /** What is wrong in this line; empty if nothing is. */
  readonly mistakes: string;
}

/** Returns the lines of a text, with the places of problems of this file marked. */
export function editorLines(text: string, file: string, problems: readonly ToldProblem[]): EditorLine[] {
  const here = problems.filter((problem) => problem.file === file);
  return text.split('\n').map((line, index) => {
    const found = here.filter((problem) => problem.line === index + 1);
    return { parts: partsOf(line, found), mistakes: found.map(problemWords).join('\n') };
  });
}

/** Marks what stands at the column of each problem: a key, or a value up to the next blank. */
function partsOf(line: string, problems: readonly ToldProblem[]): LinePart[] {
  const starts = [...new Set(problems.map(({ column }) => Math.min(column - 1, line.length)))];
  const parts: LinePart[] = [];
  let from = 0;
  for (const start of starts.toSorted((a, b) => a - b)) {
    if (start < from) continue;
    const length = /^(?:[^\s=]+|.)/.exec(line.slice(start))?.[0].length ?? 0;
    parts.push({ text: line.slice(from, start), isMarked: false });
    parts.push({ text: line.slice(start, start + length), isMarked: true });
    from = start + length;
  }
  parts.push({ text: line.slice(from), isMarked: false });
  return parts.filter(({ text }) => text !== '');
}

export const problemWords = ({ message, remedy }: Pick<ToldProblem, 'message' | 'remedy'>): string =>
  remedy ? `${message}. ${remedy}` : message;

/** Returns the place of a problem, in the text itself without its file. */
export const placeWords = ({ file, line, column }: ToldProblem, edited: string): string =>
  file === edited ? t('Line {line}, column {column}', { line, column }) : `${file}:${line}`;

/** Returns the offset of a problem in the text. */
export function offsetOf(text: string, { line, column }: ToldProblem): number {
  const lines = text.split('\n');
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  return Math.min(before + column - 1, text.length);
}

/** Says what the guest needs once its file is written. */
export function needsWords({ needs }: ToldEdit): string {
  if (needs.create) return t('The guest does not exist yet: create it then.');
  if (needs.update) return t('It asks for another tree: update the guest then.');
  if (needs.reboot) return t('The machine follows it when it starts next: restart the guest then.');
  return t('Nothing else is to be done then.');
}

/** The command that writes the text, unless the file has changed since it was opened. */
export const editArgs = (guest: string, { sha256 }: OpenFile): string[] => [
  'edit',
  guest,
  '--from=-',
  `--if-sha256=${sha256}`,
];
