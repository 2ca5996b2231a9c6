import { nearest } from './nearest.ts';
import { type Problem, quoted } from './problem.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What is said of a key that there is not. */
export function unknown(
  vocabulary: Vocabulary,
  section: string,
  name: string,
): Pick<Problem, 'message' | 'remedy'> {
  const { sections, manual } = vocabulary;
  if (!sections.includes(section)) {
    const remedy = suggest(section, sections, (word) => `[${word}]`, manual);
    return { message: `There is no section [${section}]`, remedy };
  }
  const message = `[${section}] has no key ${quoted(name)}`;
  const elsewhere = vocabulary.keys.find((key) => key.name === name);
  if (elsewhere) return { message, remedy: `It belongs in [${elsewhere.section}]` };
  const names = vocabulary.in(section).map((key) => key.name);
  return { message, remedy: suggest(name, names, (word) => word, manual) };
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
