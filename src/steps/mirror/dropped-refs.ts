import { readPublished, recordedRefs } from '../../state/published.ts';

/**
 * Returns the refs that a mirror has brought into a repository and is to have no longer: the upstream has dropped them, or the mirror
 * file names them no more.
 */
export const droppedRefs = (repository: string, wanted: readonly string[]): string[] =>
  recordedRefs(repository).filter(
    (ref) =>
      !wanted.includes(ref) &&
      // Only mirrors record that.
      readPublished(repository, ref).commits.some(({ made }) => made !== undefined),
  );
