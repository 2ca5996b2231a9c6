import { type Guest, originPlace, placeOf } from '../../config/guest.ts';
import type { OstreeOrigin } from '../../config/origin.ts';
import { Failure } from '../../host/failure.ts';
import { repositoryOf } from '../../ostree/repository.ts';

/** Says where and why a ref cannot be fetched; `cause` is in the words of libostree. */
export function notFetched(
  guest: Guest,
  { remote, remoteName, ref }: OstreeOrigin,
  url: string,
  cause: string,
): Failure {
  const place = remote ? placeOf(guest, 'Remote', 'URL') : originPlace(guest);
  const again = `Try it by hand: ostree --repo=${repositoryOf(guest.sysroot)} pull ${remoteName} ${ref}`;
  const { words = cause, remedy = again } = meaningOf(cause, url);
  return new Failure(`${place}: cannot fetch ${ref} from ${url}: ${words}`, remedy);
}

/** Explains causes whose words in libostree say little, or that have a better remedy. */
function meaningOf(cause: string, url: string): { readonly words?: string; readonly remedy?: string } {
  if (/chronologically older/.test(cause))
    return { remedy: 'To go back to it all the same, set AllowDowngrade=yes in [Update]' };
  // So it says of any answer that cannot be read, such as a page.
  if (cause === 'Not normal form')
    return {
      words: 'the answer does not come from an OSTree repository (Not normal form)',
      remedy: `A login page or a proxy may answer in its place. See what it is: curl -L ${url}/summary`,
    };
  return {};
}
