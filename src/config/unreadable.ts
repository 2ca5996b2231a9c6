import type { Broken } from './guest.ts';
import { topOf } from './place.ts';

/** A guest or a build whose files cannot be read, or are not there. */
export const unreadable = (name: string, file: string, error: unknown): Broken => ({
  ...{ name, file },
  problems: [
    { at: topOf(file), message: error instanceof Error ? `Cannot be read: ${error.message}` : `${error}` },
  ],
});
