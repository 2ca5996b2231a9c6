// Packages for guests of the bench: the host reaches no repository of Debian.
import { publishDebs } from '../test/host/debs.ts';
import type { Host } from '../test/host/host.ts';
import { makeKey } from '../test/host/keys.ts';
import { publish } from '../test/host/mirror.ts';

interface Offer {
  readonly debs: readonly string[];
  /** The directory of the repository, and its URL for the tree's package manager. */
  readonly directory?: string;
  readonly url?: string;
  /** The tree that they are added to. Published without the repositories of Debian that the tree of the host names. */
  readonly ref: string;
}

/** Makes a repository of packages. Returns the section of a guest file that adds some of them. */
export async function offerPackages(
  host: Host,
  { debs, directory = '/srv/apt', url = `file:${directory}`, ref }: Offer,
): Promise<(install: string) => string> {
  const key = await makeKey(host);
  await publishDebs(host, directory, debs, key);
  await host.write('/etc/ostree-guests/site.sources', `Types: deb\nURIs: ${url}\nSuites: ./\n`);
  await publish(host, ref, { files: { '/etc/apt/sources.list': '' } });
  return (install) =>
    `[Packages]\nInstall=${install}\nRepository=./site.sources\nRepositoryKey=${key.path}\n`;
}
