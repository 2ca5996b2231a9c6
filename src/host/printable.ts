// Filters all text for people: it may come from a tree, a guest, a remote or the name of a file.

/**
 * Characters that act on a terminal instead of being shown: control characters except for line ends and tabs, line
 * separators, and those that turn the direction of writing.
 */
const acting = /(?![\n\t])[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** Makes a text of any number of lines safe for a terminal and for the journal. Hides passwords in URLs. */
export const printable = (text: string): string =>
  harmless.test(text) ? text : withoutPasswords(text).replace(acting, escaped);

/** Fast path for most texts: printable ASCII, and no URL with a user. */
const harmless = /^[\n -?A-~]*$/;

/** Like printable(), for a text that must stay on one line, such as a cell of a table. */
export const printableLine = (text: string): string => {
  const safe = printable(text);
  return safe.includes('\n') || safe.includes('\t') ? safe.replace(/[\t\n]/g, escaped) : safe;
};

/** Shortens a foreign text for a message, such as a file name in a tree. */
export function shown(text: string): string {
  const plain = printableLine(text);
  return plain.length > longestShown ? `${plain.slice(0, longestShown)}…` : plain;
}
const longestShown = 200;

/** Formats a value as JSON; escapes also DEL, C1 and others, which JSON.stringify() does not. */
export const printableJson = (value: unknown): string =>
  withoutPasswords(JSON.stringify(value, undefined, 2)).replace(acting, (one) => `\\u${hex(one, 4)}`);

function escaped(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  return character <= '\xff' ? `\\x${hex(character, 2)}` : `\\u${hex(character, 4)}`;
}

const hex = (character: string, digits: number): string =>
  character.charCodeAt(0).toString(16).padStart(digits, '0');

/**
 * Hides the password in each URL, and a user without a password, which may be a token. Keeps digests of images. Begins at `://`, not
 * at the scheme: the time for a long text without URLs must not grow with the square of its length.
 */
const withoutPasswords = (text: string): string =>
  text.replace(/:\/\/([^\s/?#"]+)@(?!sha\d+:)/g, (_, who: string) => {
    const [user, ...password] = who.split(':');
    return `://${password.length > 0 ? `${user}:` : ''}***@`;
  });
