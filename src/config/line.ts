/** A logical line of a file, with its continuation lines joined. */
export interface Line {
  readonly file: string;
  /** The number of its first line. */
  readonly number: number;
  readonly text: string;
  /** For a continued line: the physical lines, and the offset of each. */
  readonly parts?: readonly Part[];
}

export interface Part {
  readonly number: number;
  readonly start: number;
}

/** First characters of comments and section headers. */
export const [hash, semicolon, bracket] = [0x23, 0x3b, 0x5b];

/** Returns the name in a section header; undefined if it is not `[NAME]`. */
export function sectionName(header: string): string | undefined {
  const known = names.get(header);
  if (known !== undefined) return known;
  if (!safeHeader.test(header)) return undefined;
  const name = header.slice(1, -1);
  names.set(header, name);
  return name;
}
/** Cache: guests are often alike. */
const names = new Map<string, string>();
/** By string_is_safe() in systemd's basic/string-util.c, which allows no brackets from 262 on. */
const safeHeader = /^\[[ !#-&(-Z^-~\u0080-\uFFFF]+\]$/;

/** True for names of other programs, which are ignored: systemd.unit(5), "names prefixed with X-". */
export const isOthers = (name: string): boolean => name.startsWith('X-');

/**
 * True if systemd would stop reading a file here: basic/utf8.c, unichar_is_valid(). That is invalid UTF-8 (U+FFFD after
 * reading), NUL, and the noncharacters of Unicode.
 */
export const isBad = (text: string): boolean => bad.test(text);
const bad = /[\0\uFFFD\p{Noncharacter_Code_Point}\p{Cs}]/u;

/** Replaces characters that systemd cannot read; a file name may have some. */
export const readable = (text: string): string => text.replace(new RegExp(bad, 'gu'), '\uFFFD');

/** Removes the blanks of systemd (WHITESPACE in basic/string-util.h) from both ends. trim() takes a no-break space, too. */
export const stripped = (text: string): string => text.slice(indentOf(text)).replace(/[ \t\n\r]+$/, '');

/** Returns the number of leading blanks; 0 if the text is all blank. */
export function indentOf(text: string): number {
  let at = 0;
  while (isBlank(text.charCodeAt(at))) at += 1;
  return at === text.length ? 0 : at;
}

export const isBlank = (code: number): boolean =>
  code === 0x20 || (code >= 9 && code <= 13 && code !== 11 && code !== 12);
