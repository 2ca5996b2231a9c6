import { dirname } from 'node:path';

/** What went wrong in words a user can act on. Anything else that is thrown is a bug. */
export class Failure extends Error {
  /** What to do next; one line. */
  readonly remedy: string | undefined;

  constructor(message: string, remedy?: string) {
    super(message);
    this.name = 'Failure';
    this.remedy = remedy;
  }
}

/** What to tell the user of an error, or nothing where it is a bug. */
export function explain(error: unknown): string | undefined {
  if (error instanceof Failure) return [error.message, error.remedy].filter(Boolean).join('. ');
  const { syscall, code, message, path } = error as NodeJS.ErrnoException;
  if (syscall === undefined) return undefined;
  // The kernel refused: the disk is full, or a right is missing.
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return path
      ? `No space left on device for ${path} (see: df -h ${dirname(path)})`
      : 'No space left on device';
  return code === 'EACCES' || code === 'EPERM' ? `${message}. Try it as root` : message;
}
