/** Compares two versions: below 0 if the first one is older, as for sorting. */
export type Compare = (one: string, other: string) => number;

/** Compares versions by deb-version(7): [EPOCH:]UPSTREAM[-REVISION]. */
export const compareDebVersions: Compare = (one, other) => {
  const [a, b] = [debParts(one), debParts(other)];
  return a.epoch - b.epoch || compareRuns(a.upstream, b.upstream) || compareRuns(a.revision, b.revision);
};

function debParts(version: string) {
  const [, epoch = '0', rest = ''] = /^(?:(\d+):)?(.*)$/s.exec(version) ?? [];
  const dash = rest.lastIndexOf('-');
  return dash < 0
    ? { epoch: Number(epoch), upstream: rest, revision: '' }
    : { epoch: Number(epoch), upstream: rest.slice(0, dash), revision: rest.slice(dash + 1) };
}

/** Compares runs of digits as numbers, and the text between them: `~` sorts before the end, and letters before other characters. */
function compareRuns(one: string, other: string): number {
  const [a, b] = [runs(one), runs(other)];
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const [x, y] = [a[at] ?? '', b[at] ?? ''];
    const found = at % 2 === 0 ? compareText(x, y) : compareNumbers(x, y);
    if (found !== 0) return found;
  }
  return 0;
}

/** Splits a version into text, digits, text, digits, and so on. */
const runs = (version: string): string[] => version.split(/(\d+)/);

function compareText(one: string, other: string): number {
  for (let at = 0; at < Math.max(one.length, other.length); at += 1) {
    const found = order(one[at]) - order(other[at]);
    if (found !== 0) return found;
  }
  return 0;
}

function order(character: string | undefined): number {
  if (character === '~') return -1;
  if (character === undefined) return 0;
  return /[A-Za-z]/.test(character) ? character.charCodeAt(0) : character.charCodeAt(0) + 256;
}

function compareNumbers(one: string, other: string): number {
  const [a, b] = [one, other].map((digits) => digits.replace(/^0+/, ''));
  if (a === undefined || b === undefined || a === b) return 0;
  return a.length - b.length || (a < b ? -1 : 1);
}

/** Compares [EPOCH:]VERSION-RELEASE like rpm's rpmvercmp(): rpm-version(7). */
export const compareRpmVersions: Compare = (one, other) => {
  const [a, b] = [debParts(one), debParts(other)];
  return a.epoch - b.epoch || rpmvercmp(a.upstream, b.upstream) || rpmvercmp(a.revision, b.revision);
};

/** Compares segments of digits or letters, and ignores separators. `~` is older than the end, `^` is newer. */
function rpmvercmp(one: string, other: string): number {
  const [a, b] = [segments(one), segments(other)];
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const found = compareSegments(a[at], b[at]);
    if (found !== 0) return found;
  }
  return 0;
}

const segments = (version: string): string[] => version.match(/\d+|[A-Za-z]+|~|\^/g) ?? [];

function compareSegments(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  for (const mark of ['~', '^']) {
    const older = mark === '~' ? -1 : b === undefined || a === undefined ? 1 : -1;
    if (a === mark) return older;
    if (b === mark) return -older;
  }
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
  const [aIsNumber, bIsNumber] = [/\d/.test(a), /\d/.test(b)];
  if (aIsNumber && bIsNumber) return compareNumbers(a, b);
  // A number is newer than letters.
  if (aIsNumber !== bIsNumber) return aIsNumber ? 1 : -1;
  return a < b ? -1 : 1;
}
