// lazy: QuickJS reads this file when one of its functions is called.
const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  $: '$$',
  '%': '%%',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** Matches words that need neither quotes nor escapes. */
const plain = /^[\w@+=:,./~-]+$/;

/**
 * Quotes one argument of an ExecStart= line so that systemd passes it on unchanged: systemd.service(5), "Command
 * lines". Adds quotes only if needed.
 */
export function execWord(word: string): string {
  if (plain.test(word)) return word;
  const escaped = word
    .replace(/[\\"$%\n\r\t]/g, (character) => escapes[character] ?? character)
    .replace(/\p{Cc}/gu, control);
  return /^[\w%$@+=:,./~-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}

/** Escapes ASCII control characters. For others, systemd would read an escape as a byte, not as a character. */
const control = (character: string): string => {
  const code = character.charCodeAt(0);
  return code > 0x7f ? character : `\\x${code.toString(16).padStart(2, '0')}`;
};
