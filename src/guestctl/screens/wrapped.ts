/**
 * Breaks a text at its spaces into indented lines of at most this width. A command is broken only if it is longer than a
 * line, so that it can be copied. A longer word gets a line of its own.
 */
export function wrapped(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  const room = width - indent.length;
  for (const word of piecesOf(text, room)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= room)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => indent + line);
}

/** Returns words, and each command as one piece if there is room for it. A command ends with its sentence. */
function piecesOf(text: string, room: number): string[] {
  const pieces: string[] = [];
  let command: string[] = [];
  const end = () => {
    const whole = command.join(' ');
    pieces.push(...(whole.length <= room && command.length > 0 ? [whole] : command));
    command = [];
  };
  for (const word of text.split(' ')) {
    if (isCommand(word)) end();
    if (isCommand(word) || command.length > 0) command.push(word);
    else pieces.push(word);
    if (/[.;,)]$/.test(word)) end();
  }
  end();
  return pieces;
}

const isCommand = (word: string): boolean => /^[a-z]+ctl$/.test(word);
