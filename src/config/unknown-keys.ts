// lazy: QuickJS reads this file when one of its functions is called.
import { successors } from './deprecated-keys.ts';
import { nearest } from './nearest.ts';
import { type Problem, quoted } from './problem.ts';
import type { SourceFile } from './read.ts';
import type { Header } from './syntax.ts';
import { hasSection, isNspawnSection, isUnitSection, type Vocabulary, vocabularyOf } from './vocabulary.ts';

/** Returns the problems of unknown sections, each once. */
export function unknownSections(kind: SourceFile['kind'], headers: readonly Header[]): Problem[] {
  const vocabulary = vocabularyOf(kind);
  return headers.flatMap(({ name, at }) => {
    if (name.startsWith('X-') || hasSection(kind, name)) return [];
    if (kind === 'nspawn' && vocabulary.sections.includes(name)) {
      const message = `[${name}] is not a section of .nspawn files`;
      return [{ at, message, remedy: 'Write it into the guest file' }];
    }
    const known = vocabulary.sections.filter((section) => hasSection(kind, section));
    const remedy = suggest(name, known, (word) => `[${word}]`, vocabulary.manual);
    return [{ at, message: `There is no section [${name}]`, remedy }];
  });
}

/** Returns the problem of an unknown key, with a suggestion. */
export function unknownKey(
  vocabulary: Vocabulary,
  section: string,
  name: string,
): Pick<Problem, 'message' | 'remedy'> {
  const message = `[${section}] has no key ${quoted(name)}`;
  const names = vocabulary.in(section).map((key) => key.name);
  const successor = isUnitSection(section) ? successors[name] : undefined;
  if (successor && names.includes(successor)) return { message, remedy: `Write ${successor}=` };
  const elsewhere = vocabulary.keys.find((key) => key.name === name)?.section;
  if (elsewhere && isUnitSection(section) && isNspawnSection(elsewhere)) {
    // In a unit this key would affect nspawn, not the guest.
    return { message, remedy: `To apply it inside the guest, put it into [${elsewhere}]` };
  }
  if (elsewhere) return { message, remedy: `It belongs in [${elsewhere}]` };
  return { message, remedy: suggest(name, names, (word) => word, vocabulary.manual) };
}

function suggest(
  wrong: string,
  words: readonly string[],
  show: (word: string) => string,
  manual: string,
): string {
  const near = nearest(wrong, words);
  if (near) return `Did you mean ${show(near)}?`;
  return words.length > 12 ? `See ${manual}` : `Known: ${words.map(show).join(', ')}`;
}
