/** Returns 16 random hexadecimal digits. Loads Node's crypto lazily, which takes as long as many a command: most runs need none. */
export const randomName = (): string =>
  process.getBuiltinModule('node:crypto').randomBytes(8).toString('hex');
