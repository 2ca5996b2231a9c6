/** Escapes text so that man(7) shows it literally: hyphens, backslashes, control lines, Unicode. */
export function roff(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(
      /\P{ASCII}/gu,
      (character) => `\\[u${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}]`,
    );
  return escaped.replace(/^([.'])/gm, '\\&$1');
}

export const bold = (text: string): string => `\\fB${roff(text)}\\fR`;
export const heading = (text: string): string => `.SH ${roff(text)}`;
export const paragraph = (text: string): string => `.PP\n${roff(text)}`;
export const entry = (term: string, text: string): string => `.TP\n${bold(term)}\n${roff(text)}`;

/** Formats lines that are shown as they are, indented. */
export const example = (text: string): string => `.PP\n.RS 4\n.nf\n${roff(text)}\n.fi\n.RE`;
