// lazy: QuickJS reads this file when one of its functions is called.
import type { Broken } from './guest.ts';
import { topOf } from './positions.ts';
import type { Problem } from './problem.ts';

/** Returns a broken guest or build: its file cannot be read, or is missing. */
export const unreadable = (name: string, file: string, error: unknown): Broken => ({
  name,
  file,
  problems: [whyUnreadable(file, error)],
});

export function whyUnreadable(file: string, error: unknown): Problem {
  const at = topOf(file);
  if (!(error instanceof Error)) return { at, message: `${error}` };
  if ('code' in error && error.code === 'EACCES')
    return { at, message: 'You may not read this file', remedy: 'Try it as root', isForbidden: true };
  return { at, message: `Cannot be read: ${error.message}` };
}

/** Names no file: engines use different numbers of replacement characters. */
export const badName = (file: string): Problem => ({
  at: topOf(file.replace(/\uFFFD+/g, '\uFFFD')),
  message: 'The name of this file is not UTF-8 text',
  remedy: 'Rename it',
});
