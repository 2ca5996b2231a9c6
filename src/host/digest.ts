/** SHA-256, in hexadecimal. Node's crypto is loaded here, and not when the program starts: most runs digest nothing. */
export const sha256 = (content: string | Buffer): string =>
  process.getBuiltinModule('node:crypto').createHash('sha256').update(content).digest('hex');
