import { readdirSync } from 'node:fs';
import { unlessMissing } from '../host/node-files.ts';
import { run } from '../host/process.ts';
import { listDeployments } from './deployments.ts';
import { isDeploymentName } from './names.ts';

/** Makes the root of a deployment immutable, as OSTree does; a no-op if the file system has no such flag. */
export async function setImmutable(root: string): Promise<void> {
  await run('chattr', ['+i', '--', root]);
}

/**
 * Lets OSTree delete deployments outside of the boot list, even if there are immutable files in their /etc. OSTree
 * cannot clear the flag itself in the service that deploys: deploy-service.ts.
 */
export async function freeUnlisted(sysroot: string, stateroot: string): Promise<void> {
  const directory = `${sysroot}/ostree/deploy/${stateroot}/deploy`;
  const listed = new Set(listDeployments(sysroot).map(({ name }) => name));
  const names = (unlessMissing(() => readdirSync(directory)) ?? [])
    .filter(isDeploymentName)
    .filter((name) => !listed.has(name));
  if (names.length === 0) return;
  await run('chattr', ['-f', '-i', '--', ...names.map((name) => `${directory}/${name}`)]);
  // It follows no link below these.
  await run('chattr', ['-R', '-f', '-ia', '--', ...names.map((name) => `${directory}/${name}/etc`)]);
}
