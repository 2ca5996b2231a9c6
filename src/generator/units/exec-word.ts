// lazy: QuickJS reads this file when one of its functions is called.
const escapes: Readonly<Record<string, string>> = {
  ...{ '\\': '\\\\', '"': '\\"', $: '$$', '%': '%%', '\n': '\\n', '\r': '\\r', '\t': '\\t' },
};

/** What needs neither quotes nor escapes. */
const plain = /^[\w@+=:,./~-]+$/;

/**
 * One argument of an ExecStart= line that systemd gives to the program unchanged: systemd.service(5), "Command
 * lines". Quotes are used only where they are needed.
 */
export function execWord(word: string): string {
  if (plain.test(word)) return word;
  const escaped = word
    .replace(/[\\"$%\n\r\t]/g, (character) => escapes[character] ?? character)
    .replace(/\p{Cc}/gu, control);
  return /^[\w%$@+=:,./~-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}

/** The ASCII ones. systemd would take an escape of one of the others for a byte, not for a character. */
const control = (character: string): string => {
  const code = character.charCodeAt(0);
  return code > 0x7f ? character : `\\x${code.toString(16).padStart(2, '0')}`;
};
