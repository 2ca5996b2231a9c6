// lazy: QuickJS reads this file when one of its functions is called.
import { largestFile } from '../../config/file-port.ts';
import { systemError } from './error.ts';
import { os } from './qjs.ts';
import { decodeUtf8 } from './utf8.ts';

/** Reads a file that is not ASCII, or that the kernel generates while it is read. */
export function readBytes(file: string): string {
  const descriptor = os.open(file, os.O_RDONLY);
  if (descriptor < 0) throw systemError(-descriptor, 'open', file);
  const bytes = new Uint8Array(largestFile);
  let length = 0;
  let read: number;
  do {
    read = os.read(descriptor, bytes.buffer, length, bytes.length - length);
    if (read > 0) length += read;
  } while (read > 0);
  os.close(descriptor);
  if (read < 0) throw systemError(-read, 'read', file);
  return decodeUtf8(bytes.subarray(0, length));
}
