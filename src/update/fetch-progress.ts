import { readdirSync } from 'node:fs';
import { unlessMissing } from '../node-files.ts';
import type { Report } from './report.ts';

const interval = 1000;

/**
 * Shows while `work` runs how many objects have arrived in a repository. `ostree pull` tells no one but a
 * terminal, so this counts the files in its staging directory: REPO/tmp/staging-BOOTID-XXXXXX/XX/….
 */
export async function withFetchProgress<T>(
  report: Report,
  what: string,
  repository: string,
  work: Promise<T>,
): Promise<T> {
  const timer = setInterval(() => report.progress(`${what}: ${countStaging(repository)} objects`), interval);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

function countStaging(repository: string): number {
  let count = 0;
  for (const staging of list(`${repository}/tmp`).filter((name) => name.startsWith('staging-'))) {
    for (const prefix of list(`${repository}/tmp/${staging}`)) {
      count += list(`${repository}/tmp/${staging}/${prefix}`).length;
    }
  }
  return count;
}

/** Directories come and go meanwhile; a lock file beside them is none. */
function list(directory: string): string[] {
  try {
    return unlessMissing(() => readdirSync(directory)) ?? [];
  } catch {
    return [];
  }
}
