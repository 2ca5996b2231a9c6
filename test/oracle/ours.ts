// What this program makes of a value, in the words of the oracle.
import { isOthers, stripped } from '../../src/config/line.ts';
import { parseAll } from '../../src/config/parser.ts';
import { bytes, microseconds, permyriad, wholeNumber } from '../../src/config/quantity.ts';
import { splitPlain, splitQuoted, splitWords, type Words } from '../../src/config/split-words.ts';
import { parseSyntax } from '../../src/config/syntax.ts';
import { isFalse, isTrue } from '../../src/config/types.ts';
import { unknownSections } from '../../src/config/unknown-keys.ts';
import { guestVocabulary } from '../../src/config/vocabulary.ts';
import type { Question } from './oracle.ts';

const hex = (text: string): string => `.${Buffer.from(text).toString('hex')}`;
const number = (read: bigint | undefined): string =>
  read === undefined ? 'no' : `yes ${BigInt.asUintN(64, read)}`;
const words = (split: Words): string =>
  'wrong' in split ? 'no' : ['yes', ...split.words.map(hex)].join(' ');

/** Whether a key takes a value, or one word of it. */
const taken =
  (section: string, key: string, around: (value: string) => string = (value) => value) =>
  (value: string): string => {
    const { check, checkWord } = guestVocabulary.find(section, key)?.type ?? {};
    const wrong = checkWord ? checkWord(around(value)) : check?.(around(value));
    return wrong === undefined ? 'yes' : 'no';
  };

function file(text: string): string {
  const { assignments, problems } = parseSyntax('file', text);
  const unknown = unknownSections('guest', parseAll('file', text).headers);
  if (problems.length + unknown.length > 0) return 'yes complaint';
  const said = assignments
    .filter(({ section, key }) => !isOthers(section) && !isOthers(key))
    .flatMap(({ section, key, value }) => [hex(section), hex(key), hex(value)]);
  return ['yes', ...said].join(' ');
}

const readers: Readonly<Record<string, (value: string) => string>> = {
  boolean: (value) => (isTrue(value) ? 'yes 1' : isFalse(value) ? 'yes 0' : 'no'),
  sec: (value) => number(microseconds(value)),
  size: (value) => number(bytes(value)),
  permyriad(value) {
    const share = permyriad(value);
    return number(share === undefined || share > 10_000 ? undefined : BigInt(share));
  },
  integer(value) {
    const read = wholeNumber(value);
    return number(read === undefined || read > 2 ** 31 - 1 || read < -(2 ** 31) ? undefined : BigInt(read));
  },
  words: (value) => words(splitWords(value)),
  quoted: (value) => words(splitQuoted(value)),
  plain: (value) => words(splitPlain(value)),
  file,
  interface: taken('Network', 'Bridge'),
  hostname: taken('Exec', 'Hostname'),
  variable: taken('Exec', 'Environment'),
  'machine-id': taken('Exec', 'MachineID'),
  credential: taken('Service', 'LoadCredential', (id) => `${id}:/x`),
  port: taken('Network', 'Port'),
};

/** A value as it stands in a file has no blanks around it, and is not empty: that would be no value. */
const isValue = (value: string): boolean => value !== '' && stripped(value) === value;

export const ours = ({ kind, value }: Question): string => readers[kind]?.(value) ?? 'unknown';
export const canBeAsked = ({ kind, value }: Question): boolean =>
  kind === 'file' || (isValue(value) && !value.includes('\0'));

/** What of an answer is compared: a parser that only says yes or no has no number, and lines are told by our own tests. */
export function comparable({ kind }: Question, answer: string): string {
  if (kind === 'file')
    return answer.includes('complaint') ? 'yes complaint' : answer.replace(/ \d+(?= \.)/g, '');
  const isYesOrNo = ['interface', 'hostname', 'variable', 'machine-id', 'credential', 'port'].includes(kind);
  return isYesOrNo ? answer.replace(/ .*/, '') : answer;
}
