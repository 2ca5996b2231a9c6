// Deployments outside of the boot list: what somebody has staged, and what was left of others. OSTree deletes them when it cleans up,
// unless it has staged them itself.
import { readdirSync, rmSync } from 'node:fs';
import { unlessMissing } from '../host/node-files.ts';
import { run } from '../host/process.ts';
import { removeTree } from '../host/tree-removal.ts';
import { type Deployment, listDeployments, readBootList } from './deployments.ts';
import { type DeploymentName, isDeploymentName } from './names.ts';

const placeOf = (sysroot: string, stateroot: string): string => `${sysroot}/ostree/deploy/${stateroot}`;

/** Returns the names of these deployments. */
export function unlisted(
  sysroot: string,
  stateroot: string,
  deployments: readonly Pick<Deployment, 'name'>[] = listDeployments(sysroot),
): DeploymentName[] {
  const listed = new Set(deployments.map(({ name }) => name));
  const names = unlessMissing(() => readdirSync(`${placeOf(sysroot, stateroot)}/deploy`)) ?? [];
  return names.filter(isDeploymentName).filter((name) => !listed.has(name));
}

/**
 * Lets OSTree delete them, even if there are immutable files in their /etc. OSTree cannot clear the flag itself in the service that
 * deploys: deploy-service.ts.
 */
export async function freeUnlisted(sysroot: string, stateroot: string): Promise<void> {
  const directory = `${placeOf(sysroot, stateroot)}/deploy`;
  const names = unlisted(sysroot, stateroot);
  if (names.length === 0) return;
  await run('chattr', ['-f', '-i', '--', ...names.map((name) => `${directory}/${name}`)]);
  // It follows no link below these.
  await run('chattr', ['-R', '-f', '-ia', '--', ...names.map((name) => `${directory}/${name}/etc`)]);
}

/**
 * Removes them, unless a file of the boot list cannot be read: it may name one of them. Nothing may run, stage or deploy. Does not
 * prune, which takes a lock that a pull in progress holds.
 */
export async function removeUnlisted(sysroot: string, stateroot: string): Promise<void> {
  const { deployments, files } = readBootList(sysroot);
  if (deployments.length === 0 || deployments.length < files) return;
  const place = placeOf(sysroot, stateroot);
  for (const name of unlisted(sysroot, stateroot, deployments)) {
    rmSync(`${place}/deploy/${name}.origin`, { force: true });
    await removeTree(`${place}/backing/${name}`);
    await removeTree(`${place}/deploy/${name}`);
  }
}
