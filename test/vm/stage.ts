// What scenarios share: the machine, the site, and the guest that they are about.
import type { Machine } from './machine.ts';
import { type Site, siteRef } from './site.ts';

export interface Stage {
  readonly machine: Machine;
  readonly site: Site;
  /** The commits of the site, oldest first. */
  readonly commits: string[];
}

export interface Scenario {
  readonly name: string;
  /** Answers what was seen, for the table. */
  run(stage: Stage): Promise<string>;
}

/** The guest that most of it happens to. */
export const guest = 'mail';

/** Publishes the next version, with some files more each time, so that there is something to fetch. */
export async function publishNext({ site, commits }: Stage): Promise<string> {
  const number = commits.length + 1;
  const files = Object.fromEntries(
    Array.from({ length: 50 }, (_, i) => [`/usr/share/version/${i}`, `${number}.${i}\n`]),
  );
  const commit = await site.publish({
    version: `13.${number}`,
    files: { ...files, '/etc/version': `13.${number}\n` },
  });
  commits.push(commit);
  return commit;
}

export const latest = ({ commits }: Stage): string => commits.at(-1) ?? '';

export const guestFile = ({ site }: Stage) => `[Guest]
Ref=site:${siteRef}

[Remote]
URL=http://${site.address}:${site.port}/repo
GPGVerify=no

[Update]
Tries=5
HealthTimeoutSec=30min

[Service]
TimeoutStartSec=30min
TimeoutStopSec=15min
`;
