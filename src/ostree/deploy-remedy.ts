/** Returns the remedy for a failed deployment, by OSTree's message. `etc` is the directory that could not be merged. */
export function deployRemedy(cause: string, etc: string): string | undefined {
  return remedies.find(([pattern]) => pattern.test(cause))?.[1](etc);
}

const remedies: readonly (readonly [pattern: RegExp, remedy: (etc: string) => string])[] = [
  [/cannot merge/, (etc) => `Rename or remove that file in ${etc}`],
  [/special file/, (etc) => `Remove the device: find ${etc} -type b -o -type c`],
  [/Operation not permitted/, (etc) => `Is a file immutable? lsattr -R ${etc}; chattr -i FILE`],
  [/No space left|min-free-space/, (etc) => `Free space there: df -h ${etc}`],
  [/os-release|PRETTY_NAME/, () => 'The tree is to have an os-release file that names it: os-release(5)'],
];
