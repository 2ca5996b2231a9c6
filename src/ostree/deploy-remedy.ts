/** Returns the remedy for a failed deployment, by OSTree's message. `etc` is the directory that could not be merged. */
export function deployRemedy(cause: string, etc: string): string | undefined {
  return remedies.find(([pattern]) => pattern.test(cause))?.[1](etc);
}

/** Returns true if a message of OSTree or another program says that the disk is full. */
export const saysFull = (message: string): boolean => full.test(message);
const full = /No space left|Disk quota exceeded|min-free-space/;

const remedies: readonly (readonly [pattern: RegExp, remedy: (etc: string) => string])[] = [
  [/cannot merge/, (etc) => `Rename or remove that file in ${etc}`],
  [/special file/, (etc) => `Remove the device: find ${etc} -type b -o -type c`],
  [/Operation not permitted/, (etc) => `Is a file immutable? lsattr -R ${etc}; chattr -i FILE`],
  [full, (etc) => `Free space there: df -h ${etc}`],
  [/os-release|PRETTY_NAME/, () => 'The tree is to have an os-release file that names it: os-release(5)'],
];
