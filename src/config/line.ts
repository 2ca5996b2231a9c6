/** A logical line of a file: its continuation lines are joined to it. */
export interface Line {
  readonly file: string;
  /** Of its first line. */
  readonly number: number;
  readonly text: string;
  /** Of one that was continued: the lines of the file that it is made of, and where each begins in it. */
  readonly parts?: readonly Part[];
}

export interface Part {
  readonly number: number;
  readonly start: number;
}

/** Whether it begins with this, a line is a comment or a section header. */
export const [hash, semicolon, bracket] = [0x23, 0x3b, 0x5b];

/** The name of a section header; undefined if it is not `[NAME]`. */
export function sectionName(header: string): string | undefined {
  const known = names.get(header);
  if (known !== undefined) return known;
  if (!safeHeader.test(header)) return undefined;
  const name = header.slice(1, -1);
  names.set(header, name);
  return name;
}
/** Those that were found. Guests are often alike. */
const names = new Map<string, string>();
/** By string_is_safe() in systemd's basic/string-util.c, which allows no brackets from 262 on. */
const safeHeader = /^\[[ !#-&(-Z^-~\u0080-\uFFFF]+\]$/;

/** Whether a section or key is for others' use: systemd.unit(5), "names prefixed with X-". Nobody complains of these. */
export const isOthers = (name: string): boolean => name.startsWith('X-');

/**
 * Whether systemd would stop to read a file here: basic/utf8.c, unichar_is_valid(). That is what is not UTF-8 (U+FFFD, when
 * it has been read), NUL, and the noncharacters of Unicode.
 */
export const isBad = (text: string): boolean => bad.test(text);
const bad = /[\0\uFFFD\p{Noncharacter_Code_Point}\p{Cs}]/u;

/** Text that systemd can read: even the name of a file may have what it cannot. */
export const readable = (text: string): string => text.replace(new RegExp(bad, 'gu'), '\uFFFD');

/** Removes the blanks of systemd (WHITESPACE in basic/string-util.h) from both ends. trim() takes a no-break space, too. */
export const stripped = (text: string): string => text.slice(indentOf(text)).replace(/[ \t\n\r]+$/, '');

/** The number of blanks that a text begins with; 0 if it has nothing else. */
export function indentOf(text: string): number {
  let at = 0;
  while (isBlank(text.charCodeAt(at))) at += 1;
  return at === text.length ? 0 : at;
}

export const isBlank = (code: number): boolean =>
  code === 0x20 || (code >= 9 && code <= 13 && code !== 11 && code !== 12);
