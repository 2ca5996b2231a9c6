/** Returns the SHA-256 in hexadecimal. Loads Node's crypto lazily: most runs need no digest. */
export const sha256 = (content: string | Buffer): string =>
  process.getBuiltinModule('node:crypto').createHash('sha256').update(content).digest('hex');
