// lazy: QuickJS reads this file when one of its functions is called.
import { std } from './qjs.ts';

/** Node's error messages, so that problems read the same on both engines: errno(3). */
const words: Readonly<Record<number, string>> = {
  5: 'EIO: i/o error',
  13: 'EACCES: permission denied',
  36: 'ENAMETOOLONG: name too long',
  40: 'ELOOP: too many symbolic links encountered',
};

export const systemError = (errno: number, call: string, path: string): Error =>
  new Error(`${words[errno] ?? std.strerror(errno)}, ${call} '${path}'`);
