import { asInGuestFile } from '../../config/in-guest-file.ts';
import { formatProblem } from '../../config/problem.ts';
import type { SourceFile } from '../../config/read.ts';
import { sha256 } from '../../host/digest.ts';

/** Merges the files of a guest into one file with the same meaning, and names the origin of each line. */
export function mergedText(sources: readonly SourceFile[]): string {
  const assignments = sources.flatMap(asInGuestFile);
  const sections = [...new Set(assignments.map(({ section }) => section))];
  const parts = sections.map((section) => {
    const lines = assignments
      .filter((assignment) => assignment.section === section)
      .map(({ key, value, keyAt }) => `# ${keyAt.file}:${keyAt.line}\n${key}=${value}`);
    return [`[${section}]`, ...lines].join('\n');
  });
  const unreadable = sources
    .flatMap((source) => source.unreadable ?? [])
    .map((problem) => `# ${formatProblem(problem)}`);
  return [...unreadable, parts.join('\n\n')].join('\n');
}

/** Returns a file for scripts, as it is. */
export const sourceJson = ({ kind, file, text }: SourceFile) => ({ kind, file, text, sha256: sha256(text) });
