/** Returns true if this process may do anything, and see everything. */
export const isRoot = (): boolean => process.geteuid?.() === 0;
