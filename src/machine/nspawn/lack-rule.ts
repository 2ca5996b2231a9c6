/**
 * Finds what the host lacked in the last messages of nspawn and of the first process of a machine: errno(3), or D-Bus and
 * machined, which nspawn needs before it starts anything of the tree.
 */
export const lackOf = (messages: readonly string[]): string | undefined =>
  messages.find((message) => noResource.test(message) || noManager.test(message));

const noResource =
  /^(Failed to|Cannot) .*: (Too many open files|No space left on device|Cannot allocate memory|Resource temporarily unavailable|Disk quota exceeded|Too many (users|references)|User namespace limit)/i;
const noManager = /^Failed to (register machine|open system bus|connect to system bus|allocate scope)/;
