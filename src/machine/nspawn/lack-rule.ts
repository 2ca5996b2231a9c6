/**
 * Finds what the host lacked in the last messages of nspawn, of the first process of a machine, and of systemd of the host: errno(3),
 * or what nspawn needs of the host before it starts anything of the tree. That is D-Bus and machined, free UIDs, network
 * interfaces, and the directory, which another nspawn may still hold [T 252, 257, 262]; and directories that the guest
 * file names [T 257].
 */
export const lackOf = (messages: readonly string[]): string | undefined =>
  messages.find((message) => [noResource, ofHost, notThere].some((words) => words.test(message)));

const noResource =
  /^(Failed to|Cannot) .*: (Too many open files|No space left on device|Cannot allocate memory|Resource temporarily unavailable|Disk quota exceeded|Too many (users|references)|User namespace limit)/i;
const ofHost =
  /^(Failed to (register machine|open (system )?bus|connect to system bus|allocate scope|pick suitable UID\/GID range|add new \w+ interfaces)|Directory tree .* is currently busy)/;
/** The source of a bind, which newer versions clone first. What is missing in the tree has other words. */
const notThere = /^Failed to (stat|clone) \/.*: No such file or directory/;
