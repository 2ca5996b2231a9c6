import type { Files } from '../../config/file-port.ts';
import { formatProblem, type Problem } from '../../config/problem.ts';

/** For people: each with the line that it is about. */
export const problemsText = (problems: readonly Problem[], files: Pick<Files, 'read'>): string =>
  problems.map((problem) => [formatProblem(problem), ...excerpt(problem, files)].join('\n')).join('\n');

/** For programs. */
export const problemJson = ({ at, message, remedy }: Problem) => ({
  ...at,
  message,
  remedy: remedy ?? null,
});

/** GitHub's workflow commands, which mark the lines in a pull request. */
export const githubCommands = (problems: readonly Problem[]): string =>
  problems.map(githubCommand).join('\n');

/** The line itself, with a mark below the place. */
function excerpt({ at }: Problem, files: Pick<Files, 'read'>): string[] {
  const line = textOf(at.file, files)
    ?.replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)[at.line - 1];
  // Under a tab the mark goes where the tab goes.
  const indent = line?.slice(0, at.column - 1).replace(/[^\t]/g, ' ');
  return line?.trim() ? [`    ${line}`, `    ${indent}^`] : [];
}

/** Undefined if it cannot be read, which may be the problem itself. */
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
