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

/** The name of a section header; nothing where it is not `[NAME]`. */
export function sectionName(header: string): string | undefined {
  const name = header.slice(1, -1);
  return header.endsWith(']') && name !== '' && !name.includes('[') && !name.includes(']') ? name : undefined;
}

export const isBad = (text: string): boolean => text.includes('\0') || text.includes('\uFFFD');
