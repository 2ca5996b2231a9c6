// The file of a guest, build or mirror in the editor: where its mistakes are, and what a change of it means.
import { configDirectory } from '../../config/paths.ts';
import type { ToldEdit, ToldProblem, ToldSourceFile } from '../told/answers.ts';
import { t } from '../words/translate.ts';

/** What the file in the editor declares. */
export interface EditedDeclaration {
  readonly kind: 'guest' | 'build' | 'mirror';
  readonly name: string;
}

/** Its name for guestctl. A guest and a build may share a name. */
export const nameWithKind = ({ kind, name }: EditedDeclaration): string => `${name}.${kind}`;

/** What actions on it are listed by: the guest, or the unit that runs a build or mirror. */
export const taskOf = ({ kind, name }: EditedDeclaration): string =>
  kind === 'guest' ? name : `ostree-guest-${kind}@${name}.service`;

export interface OpenFile {
  /** The file in effect. */
  readonly file: string;
  /** The file that is written: it overrides one of the package or of the vendor. */
  readonly target: string;
  readonly text: string;
  readonly sha256: string;
  /** Its other files: what they say counts, too. */
  readonly others: readonly string[];
}

/** Returns undefined if it has no file of its own. */
export function openFile(
  declaration: EditedDeclaration,
  sources: readonly ToldSourceFile[],
): OpenFile | undefined {
  const name = nameWithKind(declaration);
  const main = sources.find(({ file }) => file.endsWith(`/${name}`));
  if (!main) return undefined;
  const others = sources.filter((one) => one !== main).map(({ file }) => file);
  const { file, text, sha256 } = main;
  return { file, target: `${configDirectory}/${name}`, text, sha256, others };
}

/** What its page calls the file. */
export function fileWords({ kind }: EditedDeclaration): string {
  if (kind === 'guest') return t('Guest file');
  return kind === 'build' ? t('Build file') : t('Mirror file');
}

/** What the text is, for those who do not see it. */
export function textWords({ kind, name }: EditedDeclaration): string {
  if (kind === 'guest') return t('Guest file of {name}', { name });
  return kind === 'build' ? t('Build file of {name}', { name }) : t('Mirror file of {name}', { name });
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

/** Texts with more lines have no marks and no numbers: to draw them anew for each key takes seconds. */
const mostLines = 1000;

/** How many mistakes are listed; to look for the others is for later. */
const mostProblems = 100;

/** Returns the problems to list, and how many more there are. */
export const listed = <T>(
  problems: readonly T[],
): { readonly shown: readonly T[]; readonly more: number } => ({
  shown: problems.slice(0, mostProblems),
  more: Math.max(0, problems.length - mostProblems),
});

/** Returns the lines of a text, with the places of problems of this file marked; none of a text that has too many. */
export function editorLines(text: string, file: string, problems: readonly ToldProblem[]): EditorLine[] {
  const lines = text.split('\n');
  if (lines.length > mostLines) return [];
  const here = problems.filter((problem) => problem.file === file);
  return lines.map((line, index) => {
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

/** Says what is to be done once the file is written. */
export function needsWords({ needs }: ToldEdit, kind: EditedDeclaration['kind']): string {
  if (kind !== 'guest') return t('The next run follows it.');
  if (needs.create) return t('The guest does not exist yet: create it then.');
  if (needs.update) return t('It asks for another tree: update the guest then.');
  if (needs.reboot) return t('The machine follows it when it starts next: restart the guest then.');
  return t('Nothing else is to be done then.');
}

/** The command that writes the text, unless the file has changed since it was opened. */
export const editArgs = (declaration: EditedDeclaration, { sha256 }: OpenFile): string[] => [
  'edit',
  nameWithKind(declaration),
  '--from=-',
  `--if-sha256=${sha256}`,
];
