// lazy: QuickJS reads this file when one of its functions is called.
import { cEscapes } from './c-escapes.ts';
import { isBad, isBlank } from './line.ts';

/** The words of a value with their offsets, or a mistake in its quoting with its offset. */
export type Words =
  | { readonly words: readonly string[]; readonly offsets: readonly number[] }
  | { readonly wrong: string; readonly offset: number };

const escapes: Readonly<Record<string, string>> = { ...cEscapes, s: ' ', '\\': '\\', '"': '"', "'": "'" };

/** Splits a value into words, and removes quotes and escapes: systemd.syntax(7), "Quoting". */
export const splitWords = (value: string): Words => split(value, true);

/** Splits like nspawn: removes quotes, keeps backslashes (EXTRACT_RETAIN_ESCAPE). */
export const splitQuoted = (value: string): Words => split(value, false);

function split(value: string, hasEscapes: boolean): Words {
  if (!marks.test(value)) return splitPlain(value);
  const words: string[] = [];
  const offsets: number[] = [];
  let word: string | undefined;
  let quote = '';
  let quoteAt = 0;
  for (let at = 0; at < value.length; at += 1) {
    const character = value.charAt(at);
    if (quote === '' && isBlank(value.charCodeAt(at))) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    if (word === undefined) {
      offsets.push(at);
      word = '';
    }
    if (character === '\\' && hasEscapes) {
      const escaped = readEscape(value, at);
      if (!escaped) return { wrong: 'This escape sequence is unknown', offset: at };
      word += escaped.text;
      at += escaped.length - 1;
    } else if (quote === '' && (character === '"' || character === "'")) {
      quote = character;
      quoteAt = at;
    } else if (character === quote) {
      quote = '';
    } else {
      word += character;
    }
  }
  if (quote !== '') return { wrong: 'This quote is not closed', offset: quoteAt };
  if (word !== undefined) words.push(word);
  return { words, offsets };
}

/** Values without these characters need no unquoting. */
const marks = /["'\\]/;

/** Splits a value into words that cannot have quotes. */
export function splitPlain(value: string): Words {
  const words: string[] = [];
  const offsets: number[] = [];
  let start = -1;
  for (let at = 0; at <= value.length; at += 1) {
    const isEnd = at === value.length || isBlank(value.charCodeAt(at));
    if (!isEnd && start < 0) start = at;
    if (!isEnd || start < 0) continue;
    words.push(value.slice(start, at));
    offsets.push(start);
    start = -1;
  }
  return { words, offsets };
}

/** The words of values that have been checked. */
export const wordsOf = (
  values: readonly string[],
  splitValue: (value: string) => Words = splitWords,
): string[] =>
  values.flatMap((value) => {
    const found = splitValue(value);
    return 'words' in found ? found.words : [];
  });

function readEscape(value: string, at: number): { text: string; length: number } | undefined {
  const simple = escapes[value.charAt(at + 1)];
  if (simple !== undefined) return { text: simple, length: 2 };
  const [bytes] = /^(?:\\x[0-9a-fA-F]{2}|\\[0-3][0-7]{2})+/.exec(value.slice(at)) ?? [];
  if (bytes !== undefined) return withLength(bytes, fromBytes(bytes));
  const [character, hex] = /^\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(value.slice(at)) ?? [];
  if (character === undefined) return undefined;
  const code = Number.parseInt(hex ?? character.slice(2), 16);
  const valid = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return withLength(character, valid ? String.fromCodePoint(code) : undefined);
}

/** Rejects noncharacters, which make systemd stop reading the unit: line.ts. */
const withLength = ({ length }: string, text: string | undefined) =>
  text === undefined || isBad(text) ? undefined : { text, length };

/** `\xHH` and `\OOO` are bytes, which together must be UTF-8. */
function fromBytes(escaped: string): string | undefined {
  const codes = escaped
    .split('\\')
    .slice(1)
    .map((byte) => (byte[0] === 'x' ? Number.parseInt(byte.slice(1), 16) : Number.parseInt(byte, 8)));
  if (codes.includes(0)) return undefined;
  try {
    return decodeURIComponent(codes.map((code) => `%${code.toString(16).padStart(2, '0')}`).join(''));
  } catch {
    return undefined;
  }
}
