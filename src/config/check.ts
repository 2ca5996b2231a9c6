// lazy: QuickJS reads this file when one of its functions is called.
import type { Assignment } from './assignment.ts';
import { isOthers } from './line.ts';
import { excerpt, type Problem, quoted } from './problem.ts';
import type { SourceFile } from './read.ts';
import { type Expanded, type Expansion, expand, expandForUnit, type Specifiers } from './specifiers.ts';
import { unknownKey } from './unknown-keys.ts';
import type { Setting } from './values.ts';
import { hasSection, isUnitSection, type Key, vocabularyOf } from './vocabulary.ts';

/**
 * Checks one assignment against the schema and expands its specifiers; `.nspawn` files have none. An invalid value
 * still counts as set, so that it is not reported as missing too. Unknown sections are reported at their header, not here.
 */
export function checkAssignment(
  assignment: Assignment,
  kind: SourceFile['kind'],
  specifiers: Specifiers,
  problems: Problem[],
): Setting | undefined {
  const { section, key: name, value } = assignment;
  if (isOthers(name) || !hasSection(kind, section)) return undefined;
  const vocabulary = vocabularyOf(kind);
  const key = vocabulary.find(section, name);
  if (!key) {
    problems.push({ at: assignment.keyAt, ...unknownKey(vocabulary, section, name) });
    return undefined;
  }

  if (kind === 'nspawn' && value === '' && key.nspawn?.onlyAdds) return undefined;
  let expanded: Expanded = { text: value, written: asWritten };
  if (kind !== 'nspawn' && value.includes('%')) {
    const expansion = expandIn(section, value, specifiers);
    if ('wrong' in expansion) {
      const message = `'${expansion.wrong}' in ${name}= is not a specifier`;
      const remedy = `Known: %n, the name of the ${vocabulary.declares}; %H, the hostname of the host; and %% for a %`;
      problems.push({ at: assignment.valueAt(expansion.offset), message, remedy });
      return assignment;
    }
    expanded = expansion;
  }
  const problem = expanded.text === '' ? undefined : wrongValue(key, expanded, assignment);
  if (problem) problems.push(problem);
  return expanded.text === value ? assignment : assignment.with(expanded.text);
}

const asWritten = (offset: number): number => offset;

const expandIn = (section: string, value: string, specifiers: Specifiers): Expansion =>
  isUnitSection(section) ? expandForUnit(value, specifiers) : expand(value, specifiers);

function wrongValue(key: Key, { text, written }: Expanded, assignment: Assignment): Problem | undefined {
  const notRight = (value: string) => `${quoted(value)} is not right for ${key.name}=`;
  const remedy = key.type.check(text);
  if (remedy) return { at: assignment.at, message: notRight(text), remedy };
  const split = key.type.split?.(text);
  if (!split) return undefined;
  if ('wrong' in split) {
    const message = `${split.wrong}: ${excerpt(text.slice(split.offset))}`;
    return { at: assignment.valueAt(written(split.offset)), message };
  }
  const index = split.words.findIndex((word) => key.type.checkWord?.(word) !== undefined);
  const word = split.words[index];
  if (word === undefined) return undefined;
  const at = assignment.valueAt(written(split.offsets[index] ?? 0));
  return { at, message: notRight(word), remedy: key.type.checkWord?.(word) ?? '' };
}
