import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { remotesDirectory } from '../../config/paths.ts';
import { unlessMissing } from '../../host/node-files.ts';
import { parseKeyfile } from '../../ostree/keyfile.ts';
import { configOf } from '../../ostree/sysroot.ts';

/** The repository of an OSTree host. */
export const hostRepository = '/ostree/repo';

export interface HostRemote {
  /** Its options, by the names of ostree.repo-config(5). */
  readonly options: Readonly<Record<string, string>>;
  /** The keyring that `ostree remote gpg-import` made for it. */
  readonly keyring?: string;
}

const metalink = 'metalink=';

/** The URL of a remote as ostree-remote(1) takes it. For that of a metalink, libostree has another option [T 2022.7]. */
export const urlOf = (options: HostRemote['options']): string =>
  options['metalink'] === undefined ? (options['url'] ?? '') : metalink + options['metalink'];

/** Returns the options of a remote that has this URL. */
export const optionsOf = (url: string): HostRemote['options'] =>
  url.startsWith(metalink) ? { metalink: url.slice(metalink.length) } : { url };

/** Finds a remote of the host, in its repository or in /etc: ostree.repo(5). */
export function findHostRemote(name: string): HostRemote | undefined {
  const files = (unlessMissing(() => readdirSync(remotesDirectory)) ?? [])
    .filter((file) => file.endsWith('.conf'))
    .map((file) => readFileSync(`${remotesDirectory}/${file}`, 'utf8'));
  for (const text of [configOf(hostRepository), ...files]) {
    const options = parseKeyfile(text)[`remote "${name}"`];
    if (!options) continue;
    const keyring = `${hostRepository}/${name}.trustedkeys.gpg`;
    return existsSync(keyring) ? { options, keyring } : { options };
  }
  return undefined;
}
