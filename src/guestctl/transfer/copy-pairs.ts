/** A path, and where it is copied to. */
export type Pair = readonly [from: string, to: string];

/** Returns a command that runs `first` with a path, and then copies with all attributes: cp(1), --reflink. */
export const copyPairs = (
  first: string,
  path: string,
  pairs: readonly Pair[],
  reflink: 'auto' | 'always',
): string[] => [
  'sh',
  '-c',
  `${first} "$1" && shift
while [ $# -gt 1 ]; do cp -a --reflink=${reflink} -- "$1" "$2" || exit; shift 2; done`,
  'sh',
  path,
  ...pairs.flat(),
];
