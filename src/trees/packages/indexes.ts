// What repositories of packages offer, and how to ask whether they still offer the same.
import { type Confinement, confinedCommand, runConfined } from '../../host/confined.ts';

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
  /** The words of a command that reads proxies, an empty line and the configuration: confinedCommand(). */
  readonly command: readonly string[];
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
export async function requestsFor(
  guest: string,
  indexes: readonly PackageIndex[],
): Promise<Requests | undefined> {
  if (indexes.length > mostIndexes) return undefined;
  const requests: Conditional[] = [];
  const confinement = askingFor(guest);
  for (const index of indexes) {
    const request = await conditional(confinement, index);
    if (!request) return undefined;
    requests.push(request);
  }
  const ends = requests.flatMap(({ until }) => until ?? []);
  return {
    command: confinedCommand(confinement, curl),
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

/** A server that a tree has chosen answers to a curl(1) that sees no guest. */
const askingFor = (guest: string): Confinement => ({
  name: `ask-${guest}`,
  writable: [],
  network: true,
  isStranger: true,
  timeLimit: '2min',
  memory: '128M',
  tasks: 8,
});

const curl = ['curl', '--disable', '--config', '-'];

/**
 * Follows no redirection, uses no other protocol, and takes brackets and braces as they are instead of as a list of addresses: the
 * address comes from a tree. Before 8.4.0, curl(1) obeys max-filesize only if the server tells the size: then /tmp is full.
 */
const always = ['globoff', 'proto = "=http,https"', 'max-time = 60', `max-filesize = ${largest}`, 'silent'];

/** Prints the digest of the index, and until when it holds. It fails if the index is empty: curl(1) then writes no file. */
const fetch = `${curl.join(' ')} && cd /tmp && sha256sum index && grep -aim1 "^Valid-Until: " index | cut -c1-100`;

/** Fetches an index with its validators. They hold for what the package manager has seen only if it is the same file. */
async function conditional(
  confinement: Confinement,
  { address, digest }: PackageIndex,
): Promise<Conditional | undefined> {
  // Neither a quote nor a backslash: it becomes a word of curl's configuration.
  if (!/^https?:\/\/[!#-[\]-~]{1,2000}$/.test(address)) return undefined;
  const url = `url = "${address}"`;
  const told = 'write-out = "%header{etag}\\n%header{last-modified}\\n"';
  const input = [url, ...always, 'fail', 'output = "/tmp/index"', told, ''].join('\n');
  const { exitCode, stdout } = await runConfined(confinement, ['/bin/sh', '-c', fetch], { input });
  if (exitCode !== 0) return undefined;
  const [etag = '', modified = '', seen = '', until] = stdout.split('\n').map((line) => line.trim());
  const condition = conditionOf(etag, modified);
  if (condition === undefined || !seen.startsWith(`${digest} `)) return undefined;
  const asks = ['output = "/dev/null"', 'write-out = "%{response_code},"'];
  return { config: [url, ...always, `header = "${condition}"`, ...asks].join('\n'), until: endOf(until) };
}

/**
 * Returns the header of a conditional request, quoted for curl; undefined if the server gives no validator. The shell reads it again
 * byte by byte.
 */
function conditionOf(etag: string, modified: string): string | undefined {
  const [name, value] = etag ? ['If-None-Match', etag] : ['If-Modified-Since', modified];
  return /^[ -~]{1,1000}$/.test(value) ? `${name}: ${value.replace(/["\\]/g, '\\$&')}` : undefined;
}

/** Returns the time in seconds at which a Release file of apt expires: Valid-Until. */
function endOf(line = ''): number | undefined {
  const [, date] = /^Valid-Until: (.+)$/i.exec(line) ?? [];
  if (date === undefined) return undefined;
  const time = Date.parse(date);
  // A date that we cannot read has passed.
  return Number.isNaN(time) ? 0 : Math.floor(time / 1000);
}
