import { type DeploymentName, isDeploymentName } from './names.ts';

/**
 * Returns the name of the deployment at a path; undefined if that is not the root of a deployment in this sysroot. Both paths are
 * resolved, without links. Call this before booting, writing or deleting a deployment: links and boot entries
 * can lead anywhere on the host. src/steps/boot/power-on has the same rule.
 */
export function deploymentAt(sysroot: string, path: string): DeploymentName | undefined {
  const below = `${sysroot}/ostree/deploy/`;
  if (!path.startsWith(below)) return undefined;
  const name = /^[^/]+\/deploy\/([^/]+)$/.exec(path.slice(below.length))?.[1];
  return isDeploymentName(name) ? name : undefined;
}
