/**
 * The few things that loading and generating need of a file system; all synchronous, because
 * asynchronous access is four to six times slower for a thousand small files.
 */
export interface Files {
  /** Names in a directory, in any order; none where there is no such directory. */
  list(directory: string): string[];
  /** The text of a file, with U+FFFD for what is not UTF-8; nothing where there is no such file. */
  read(file: string): string | undefined;
  /** Writes a new file, and makes the directory that it is in. */
  write(file: string, text: string): void;
  /** Makes a symbolic link, and the directory that it is in, unless something is there. */
  link(target: string, path: string): void;
}

/** Of a file that is read, in bytes: far more than anyone writes. Reading something else could last for ever. */
export const largestFile = 1 << 20;
