import type { Assignment } from './assignment.ts';
import { excerpt, type Problem, quoted } from './problem.ts';
import type { Source } from './read.ts';
import { type Expanded, expand, expandForUnit, type Specifiers } from './specifiers.ts';
import { unknown } from './unknown.ts';
import type { Setting } from './values.ts';
import { isNspawnSection, isUnitSection, type Key, vocabularyOf } from './vocabulary.ts';
import { splitWords } from './words.ts';

/**
 * Checks one assignment against the schema, and expands its specifiers. A file of nspawn's has none. A wrong value is a
 * setting, too: then it is not also missing.
 */
export function checkAssignment(
  assignment: Assignment,
  kind: Source['kind'],
  specifiers: Specifiers,
  problems: Problem[],
): Setting | undefined {
  const { section, key: name, value } = assignment;
  const vocabulary = vocabularyOf(kind);
  const key = vocabulary.find(section, name);
  if (!key) {
    problems.push({ at: assignment.keyAt, ...unknown(vocabulary, section, name) });
    return undefined;
  }
  if (kind === 'nspawn' && !isNspawnSection(section)) {
    const message = `[${section}] is not a section of .nspawn files`;
    problems.push({ at: assignment.keyAt, message, remedy: `Write ${name}= into the guest file` });
    return undefined;
  }

  let setting = assignment;
  if (kind !== 'nspawn' && value.includes('%')) {
    const expanded = expandIn(section, value, specifiers);
    if ('wrong' in expanded) {
      const message = `'${expanded.wrong}' in ${name}= is not a specifier`;
      const remedy = `Known: %n, the name of the ${vocabulary.declares}; %H, the hostname of the host; and %% for a %`;
      problems.push({ at: assignment.valueAt(expanded.offset), message, remedy });
      return setting;
    }
    setting = assignment.with(expanded.text);
  }
  const problem = setting.value === '' ? undefined : wrongValue(key, setting.value, assignment);
  if (problem) problems.push(problem);
  return setting;
}

const expandIn = (section: string, value: string, specifiers: Specifiers): Expanded =>
  isUnitSection(section) ? { text: expandForUnit(value, specifiers) } : expand(value, specifiers);

function wrongValue(key: Key, value: string, assignment: Assignment): Problem | undefined {
  const remedy = key.type.check(value);
  if (remedy) return { at: assignment.at, message: `${quoted(value)} is not right for ${key.name}=`, remedy };
  const isWords = key.type.isWords || key.nspawn?.takes === 'words' || key.nspawn?.takes === 'joined';
  if (!isWords) return undefined;
  const split = splitWords(value);
  return 'wrong' in split
    ? {
        at: assignment.valueAt(split.offset),
        message: `${split.wrong}: ${excerpt(value.slice(split.offset))}`,
      }
    : undefined;
}
