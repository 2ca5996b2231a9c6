/**
 * Returns the name of the deployment at a path; undefined if that is not the root of a deployment in this sysroot. Both paths are
 * resolved, without links. Call this before booting, writing or deleting a deployment: links and boot entries
 * can lead anywhere on the host. src/steps/boot/power-on has the same rule.
 */
export function deploymentAt(sysroot: string, path: string): string | undefined {
  const below = `${sysroot}/ostree/deploy/`;
  if (!path.startsWith(below)) return undefined;
  return /^[^/]+\/deploy\/([0-9a-f]{64}\.\d+)$/.exec(path.slice(below.length))?.[1];
}
