import type { Source } from '../../config/read.ts';
import { parseSyntax } from '../../config/syntax.ts';

/** The files of a guest put together, as one file that means the same, with where each line came from. */
export function mergedText(sources: readonly Source[]): string {
  const assignments = sources.flatMap(({ kind, file, text }) =>
    // A file of nspawn's knows no specifiers.
    parseSyntax(file, text).assignments.map((assignment) =>
      kind === 'nspawn' ? assignment.with(assignment.value.replaceAll('%', '%%')) : assignment,
    ),
  );
  const sections = [...new Set(assignments.map(({ section }) => section))];
  const parts = sections.map((section) => {
    const lines = assignments
      .filter((assignment) => assignment.section === section)
      .map(({ key, value, keyAt }) => `# ${keyAt.file}:${keyAt.line}\n${key}=${value}`);
    return [`[${section}]`, ...lines].join('\n');
  });
  return parts.join('\n\n');
}
