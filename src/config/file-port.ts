/**
 * The file system port of loading and generating. Synchronous, because
 * asynchronous access is four to six times slower for a thousand small files.
 */
export interface Files {
  /** Returns the names in a directory, unsorted; an empty list if it is missing. */
  list(directory: string): string[];
  /** Returns the text of a file, with U+FFFD for invalid UTF-8; undefined if it is missing. */
  read(file: string): string | undefined;
  /** Writes a new file, and creates its directory if it is missing. */
  write(file: string, text: string): void;
  /** Creates a symbolic link, and its directory if missing. A no-op if the path exists. */
  link(target: string, path: string): void;
}

/** The maximum size of a file to read, in bytes. */
export const largestFile = 1 << 20;
