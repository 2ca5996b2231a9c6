// What repositories of packages offer, and how to ask whether they still offer the same.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { sha256 } from '../../host/digest.ts';
import { codeOf } from '../../host/failure.ts';
import { unlessMissing } from '../../host/node-files.ts';
import { run } from '../../host/process.ts';

/** The index of a repository, as the tree's package manager has read it. Its address is what the tree says: data. */
export interface PackageIndex {
  readonly address: string;
  /** Its SHA-256; another text if there is no index. */
  readonly digest: string;
}

/** Finds indexes in the output of a plan. apt puts an address in quotes. */
export const indexesIn = (output: string, line: RegExp): PackageIndex[] =>
  [...output.matchAll(line)].map(([, address = '', digest = '']) => ({
    address: address.replace(/^'(.*)'$/, '$1'),
    digest,
  }));

/** Requests to several repositories. */
export interface Requests {
  /** A configuration for curl(1): lines, none of them empty. */
  readonly config: string;
  /** What curl prints if nothing has changed. */
  readonly unchanged: string;
  /** The time in seconds at which an index expires, so that a package manager refuses it. */
  readonly until: number | undefined;
}

/**
 * Returns requests that say whether the indexes are still the same. Undefined if that is not possible: without curl, if a
 * repository is not on the web, answers no condition, or has changed meanwhile, and if there are too many.
 */
export async function requestsFor(indexes: readonly PackageIndex[]): Promise<Requests | undefined> {
  if (indexes.length > mostIndexes) return undefined;
  const requests: Conditional[] = [];
  for (const index of indexes) {
    const request = await conditional(index);
    if (!request) return undefined;
    requests.push(request);
  }
  const ends = requests.flatMap(({ until }) => until ?? []);
  return {
    config: requests.map(({ config }) => `${config}\n`).join('next\n'),
    unchanged: '304,'.repeat(requests.length),
    until: ends.length > 0 ? Math.min(...ends) : undefined,
  };
}

type Conditional = Pick<Requests, 'config' | 'until'>;

/** The tree says how many there are, and each may take a minute. */
const mostIndexes = 100;

/** More than the largest index of Debian. */
const largest = 8 << 20;

/**
 * Follows no redirection, uses no other protocol, and takes brackets and braces as they are instead of as a list of addresses: the
 * address comes from a tree.
 */
const always = ['globoff', 'proto = "=http,https"', 'max-time = 60', `max-filesize = ${largest}`, 'silent'];

/** Before 8.4.0, curl(1) lets a file grow without end if the server does not say how large it is. */
const bounded = [`--fsize=${largest}`, '--core=0', 'curl'];

/** Fetches an index with its validators. They hold for what the package manager has seen only if it is the same file. */
async function conditional({ address, digest }: PackageIndex): Promise<Conditional | undefined> {
  // Neither a quote nor a backslash: it becomes a word of curl's configuration.
  if (!/^https?:\/\/[!#-[\]-~]{1,2000}$/.test(address)) return undefined;
  const url = `url = "${address}"`;
  const directory = temporaryDirectory();
  if (directory === undefined) return undefined;
  const file = `${directory}/file`;
  try {
    const told = 'write-out = "%header{etag}\\n%header{last-modified}\\n"';
    const input = [url, ...always, 'fail', `output = "${file}"`, told].join('\n');
    const { exitCode, stdout } = await run('prlimit', [...bounded, '--disable', '--config', '-'], { input });
    if (exitCode !== 0) return undefined;
    // curl(1) writes no file if there is nothing in it.
    const content = unlessMissing(() => readFileSync(file));
    const condition = conditionOf(stdout);
    if (!content || condition === undefined || sha256(content) !== digest) return undefined;
    const asks = ['output = "/dev/null"', 'write-out = "%{response_code},"'];
    return { config: [url, ...always, `header = "${condition}"`, ...asks].join('\n'), until: endOf(content) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Returns undefined if there can be none: a full disk must not fail an update that has just succeeded. */
function temporaryDirectory(): string | undefined {
  try {
    return mkdtempSync(`${tmpdir()}/index-`);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return undefined;
  }
}

/**
 * Returns the header of a conditional request, quoted for curl; undefined if the server gives no validator. The shell reads it again
 * byte by byte.
 */
function conditionOf(told: string): string | undefined {
  const [etag = '', modified = ''] = told.split('\n').map((line) => line.trim());
  const [name, value] = etag ? ['If-None-Match', etag] : ['If-Modified-Since', modified];
  return /^[ -~]{1,1000}$/.test(value) ? `${name}: ${value.replace(/["\\]/g, '\\$&')}` : undefined;
}

/** Returns the time in seconds at which a Release file of apt expires: Valid-Until. */
function endOf(content: Buffer): number | undefined {
  const [, date] = /^Valid-Until: (.+)$/im.exec(content.toString('latin1')) ?? [];
  if (date === undefined) return undefined;
  const time = Date.parse(date);
  // A date that we cannot read has passed.
  return Number.isNaN(time) ? 0 : Math.floor(time / 1000);
}
