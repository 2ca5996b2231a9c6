import type { Problem } from '../../config/problem.ts';
import type { Planned } from '../planned-files.ts';
import { problemJson } from './problems.ts';

/** Shows files that are about to be written, each behind its path. */
export const plannedText = (planned: Planned): string =>
  [...planned].map(([path, text]) => `# ${path}\n${text}`).join('\n');

export const plannedJson = (planned: Planned, problems: readonly Problem[]) => ({
  files: [...planned].map(([path, text]) => ({ path, text })),
  problems: problems.map(problemJson),
});
