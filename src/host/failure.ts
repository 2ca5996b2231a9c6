import { dirname } from 'node:path';
import { type Problem, placeText } from '../config/problem.ts';

/** A failure that a user can act on. Any other exception is a bug. */
export class Failure extends Error {
  /** What to do next; one line. */
  readonly remedy: string | undefined;
  /** What it means for who asked; only the step that failed can know that. */
  readonly context: string | undefined;

  constructor(message: string, remedy?: string, context?: string) {
    super(message);
    this.name = 'Failure';
    this.remedy = remedy;
    this.context = context;
  }
}

/** Does something, and returns the failure if there is one. A bug is thrown. */
export async function failureOf(act: () => Promise<void>): Promise<Failure | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

/** Returns the failure that a mistake in a file is when its time has come. */
export const failureAt = ({ at, message, remedy }: Problem): Failure =>
  new Failure(`${placeText(at)}: ${message}`, remedy);

/** Says what a failure means, unless that was said where it was thrown. Returns other errors as they are. */
export const inContext = (error: unknown, context: string): unknown =>
  error instanceof Failure ? new Failure(error.message, error.remedy, error.context ?? context) : error;

/** The code of an error of the system, such as ENOENT: errno(3). */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** The message of any error. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What to tell of any error: words for the user, or of a bug where it is. */
export const explainAny = (error: unknown): string =>
  explain(error) ?? (error instanceof Error ? (error.stack ?? error.message) : String(error));

/** Describes an error for the user; undefined if it is a bug. */
export function explain(error: unknown): string | undefined {
  if (error instanceof Failure)
    return [error.message, error.context, error.remedy].filter(Boolean).join('. ');
  if (!(error instanceof Error) || !('syscall' in error)) return undefined;
  const { message } = error;
  const code = codeOf(error);
  const path = 'path' in error && typeof error.path === 'string' ? error.path : undefined;
  // The kernel refused: the disk is full, or a right is missing.
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return path
      ? `No space left on device for ${path} (see: df -h ${dirname(path)})`
      : 'No space left on device';
  return code === 'EACCES' || code === 'EPERM' ? `${message}. Try it as root` : message;
}
