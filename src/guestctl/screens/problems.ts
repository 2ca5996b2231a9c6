import type { Files } from '../../config/file-port.ts';
import { formatProblem, type Problem } from '../../config/problem.ts';

/** Prints problems for people, each with its line of the file. */
export const problemsText = (problems: readonly Problem[], files: Pick<Files, 'read'>): string =>
  problems.map((problem) => [formatProblem(problem), ...excerpt(problem, files)].join('\n')).join('\n');

/** Returns a problem for scripts. */
export const problemJson = ({ at, message, remedy }: Problem) => ({
  ...at,
  message,
  remedy: remedy ?? null,
});

/** Prints workflow commands of GitHub, which mark the lines in a pull request. */
export const githubCommands = (problems: readonly Problem[]): string =>
  problems.map(githubCommand).join('\n');

/** Returns the line of a problem, with a mark below its column. */
function excerpt({ at }: Problem, files: Pick<Files, 'read'>): string[] {
  const line = textOf(at.file, files)
    ?.replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)[at.line - 1];
  // Keeps tabs, so that the mark is below its column.
  const indent = line?.slice(0, at.column - 1).replace(/[^\t]/g, ' ');
  return line?.trim() ? [`    ${line}`, `    ${indent}^`] : [];
}

/** Returns undefined if the file cannot be read: that may be the problem. */
function textOf(file: string, files: Pick<Files, 'read'>): string | undefined {
  try {
    return files.read(file);
  } catch {
    return undefined;
  }
}

function githubCommand({ at, message, remedy }: Problem): string {
  const escaped = (text: string) =>
    text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const property = (text: string) => escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
  const text = escaped(remedy ? `${message}. ${remedy}` : message);
  return `::error file=${property(at.file)},line=${at.line},col=${at.column}::${text}`;
}
