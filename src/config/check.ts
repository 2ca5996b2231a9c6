import { nearest } from './nearest.ts';
import { excerpt, type Problem, quoted } from './problem.ts';
import { isUnitSection, type Key, nspawnKeys, type Vocabulary, vocabularyOf } from './schema.ts';
import { type Expanded, expand, expandForUnit, type Specifiers } from './specifiers.ts';
import type { Assignment } from './syntax.ts';
import { command } from './types.ts';
import type { Setting } from './values.ts';
import { splitWords } from './words.ts';

/** A wrong value is a setting, too: then it is not also missing. */
export interface CheckedAssignment {
  readonly setting?: Setting;
  readonly problem?: Problem;
}

/** Checks one assignment against the schema, and expands its specifiers. A file of nspawn's has none. */
export function checkAssignment(
  assignment: Assignment,
  kind: 'guest' | 'nspawn' | 'build',
  specifiers: Specifiers,
): CheckedAssignment {
  const { section, key: name, keyAt, value } = assignment;
  const at = assignment.valueAt();
  const vocabulary = vocabularyOf(kind);
  const key = vocabulary.find(section, name);
  if (!key) return { problem: { at: keyAt, ...unknown(vocabulary, section, name) } };
  if (kind === 'nspawn' && !nspawnKeys.includes(key)) {
    const message = `[${section}] is not a section of .nspawn files`;
    return { problem: { at: keyAt, message, remedy: `Write ${name}= into the guest file` } };
  }

  const expanded = kind === 'nspawn' ? { text: value } : expandIn(section, value, specifiers);
  const text = 'text' in expanded ? expanded.text : value;
  const setting = { section, key: name, value: text, at };
  if ('wrong' in expanded) {
    const message = `'${expanded.wrong}' in ${name}= is not a specifier`;
    const remedy = `Known: %n, the name of the ${vocabulary.declares}; %H, the hostname of the host; and %% for a %`;
    return { setting, problem: { at: assignment.valueAt(expanded.offset), message, remedy } };
  }
  const problem = text === '' ? undefined : wrongValue(key, text, assignment);
  return problem ? { setting, problem } : { setting };
}

const expandIn = (section: string, value: string, specifiers: Specifiers): Expanded =>
  isUnitSection(section) ? { text: expandForUnit(value, specifiers) } : expand(value, specifiers);

function wrongValue(key: Key, value: string, { valueAt }: Assignment): Problem | undefined {
  const remedy = key.type.check(value);
  if (remedy) return { at: valueAt(), message: `${quoted(value)} is not right for ${key.name}=`, remedy };
  const isWords = key.type === command || key.nspawn?.takes === 'words' || key.nspawn?.takes === 'joined';
  if (!isWords) return undefined;
  const split = splitWords(value);
  return 'wrong' in split
    ? { at: valueAt(split.offset), message: `${split.wrong}: ${excerpt(value.slice(split.offset))}` }
    : undefined;
}

function unknown(
  { keys, sections, manual }: Vocabulary,
  section: string,
  name: string,
): Pick<Problem, 'message' | 'remedy'> {
  if (!sections.includes(section)) {
    const remedy = suggest(section, sections, (word) => `[${word}]`, manual);
    return { message: `There is no section [${section}]`, remedy };
  }
  const message = `[${section}] has no key ${quoted(name)}`;
  const elsewhere = keys.find((key) => key.name === name);
  if (elsewhere) return { message, remedy: `It belongs in [${elsewhere.section}]` };
  const names = keys.filter((key) => key.section === section).map((key) => key.name);
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
