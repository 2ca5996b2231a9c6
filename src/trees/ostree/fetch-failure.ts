import type { OstreeOrigin } from '../../config/origin.ts';
import { Failure } from '../../host/failure.ts';
import type { Puller } from './pulling.ts';

/** Says where and why a ref cannot be fetched; `cause` is in the words of libostree. */
export function notFetched(
  { repository, place, goingBack }: Puller,
  { remoteName, ref }: OstreeOrigin,
  url: string,
  cause: string,
): Failure {
  const again = `Try it by hand: ostree --repo=${repository} pull ${remoteName} ${ref}`;
  const { words = cause, remedy = again } = meaningOf(cause, url, goingBack);
  return new Failure(`${place}: cannot fetch ${ref} from ${url}: ${words}`, remedy);
}

interface Meaning {
  readonly words?: string;
  readonly remedy?: string;
}

/** Explains causes whose words in libostree say little, or that have a better remedy. */
function meaningOf(cause: string, url: string, goingBack: string): Meaning {
  if (/chronologically older/.test(cause)) return { remedy: goingBack };
  return meaningOfAnswer(cause, url);
}

/** Explains what libostree says of any answer that it cannot read, such as a page. */
export const meaningOfAnswer = (cause: string, url: string): Meaning =>
  /(^|: )Not normal form$/.test(cause)
    ? {
        words: 'the answer does not come from an OSTree repository (Not normal form)',
        remedy: seeAnswer(url),
      }
    : {};

/** The remedy if something else seems to answer. */
export const seeAnswer = (url: string): string =>
  `A login page or a proxy may answer in its place. See what it is: curl -L ${url}/summary`;
