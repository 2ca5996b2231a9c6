import type { Files } from '../config/files.ts';
import { formatProblem, type Problem } from '../config/problem.ts';

export type Format = 'text' | 'json' | 'github';

/** Problems for people, for programs, or as GitHub's workflow commands. */
export function problemsText(
  problems: readonly Problem[],
  format: Format,
  files: Pick<Files, 'read'>,
): string {
  switch (format) {
    case 'text':
      return problems
        .map((problem) => [formatProblem(problem), ...excerpt(problem, files)].join('\n'))
        .join('\n');
    case 'json':
      return JSON.stringify(
        problems.map(({ at, message, remedy }) => ({ ...at, message, remedy: remedy ?? null })),
        undefined,
        2,
      );
    case 'github':
      return problems.map(githubCommand).join('\n');
  }
}

/** The line itself, with a mark below the place. */
function excerpt({ at }: Problem, files: Pick<Files, 'read'>): string[] {
  const line = files
    .read(at.file)
    ?.replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)[at.line - 1];
  // Under a tab the mark goes where the tab goes.
  const indent = line?.slice(0, at.column - 1).replace(/[^\t]/g, ' ');
  return line?.trim() ? [`    ${line}`, `    ${indent}^`] : [];
}

function githubCommand({ at, message, remedy }: Problem): string {
  const escaped = (text: string) =>
    text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const property = (text: string) => escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
  const text = escaped(remedy ? `${message}. ${remedy}` : message);
  return `::error file=${property(at.file)},line=${at.line},col=${at.column}::${text}`;
}
