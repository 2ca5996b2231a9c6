/**
 * The name of the deployment at a path; undefined if that is not the root of one in this sysroot. Both paths are
 * resolved, with no link in them. Whatever boots, writes or deletes a deployment asks here first: links and boot entries
 * can lead anywhere on the host. src/steps/boot/power-on has the same rule.
 */
export function deploymentAt(sysroot: string, path: string): string | undefined {
  const below = `${sysroot}/ostree/deploy/`;
  if (!path.startsWith(below)) return undefined;
  return /^[^/]+\/deploy\/([0-9a-f]{64}\.\d+)$/.exec(path.slice(below.length))?.[1];
}
