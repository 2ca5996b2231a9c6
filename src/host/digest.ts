import { createReadStream } from 'node:fs';

/** A SHA-256 in progress. Loads Node's crypto lazily: most runs need no digest. */
export const startSha256 = () => process.getBuiltinModule('node:crypto').createHash('sha256');

/** Returns the SHA-256 in hexadecimal. */
export const sha256 = (content: string | Buffer): string => startSha256().update(content).digest('hex');

/** Returns the SHA-256 of a file in hexadecimal. */
export async function sha256OfFile(file: string): Promise<string> {
  const hash = startSha256();
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
}
