import type { Assignment } from './assignment.ts';
import type { SourceFile } from './read.ts';
import { parseSyntax } from './syntax.ts';
import { guestVocabulary } from './vocabulary.ts';

/** Returns the assignments of a file as a guest file has them: an `.nspawn` file has no specifiers, and resets less. */
export function asInGuestFile({ kind, file, text }: SourceFile): readonly Assignment[] {
  const { assignments } = parseSyntax(file, text);
  if (kind !== 'nspawn') return assignments;
  return assignments
    .filter(
      ({ section, key, value }) => value !== '' || !guestVocabulary.find(section, key)?.nspawn?.onlyAdds,
    )
    .map((assignment) => assignment.with(assignment.value.replaceAll('%', '%%')));
}
