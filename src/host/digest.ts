/** A SHA-256 in progress. Loads Node's crypto lazily: most runs need no digest. */
export const startSha256 = () => process.getBuiltinModule('node:crypto').createHash('sha256');

/** Returns the SHA-256 in hexadecimal. */
export const sha256 = (content: string | Buffer): string => startSha256().update(content).digest('hex');
