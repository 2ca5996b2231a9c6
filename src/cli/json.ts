import type { Overview } from './overview.ts';

/** The stable form for scripts: commits in full, times in RFC 3339, null for what is not. */
export function overviewJson({ guest, deployments, running, staged, state, since, update }: Overview) {
  const deployment = ({ checksum, serial, title }: (typeof deployments)[number]) => ({
    checksum,
    serial,
    title,
  });
  return {
    name: guest.name,
    description: guest.description,
    file: guest.file,
    source: `${guest.remoteName}:${guest.ref}`,
    sysroot: guest.sysroot,
    state,
    since: (state === 'running' && since?.toISOString()) || null,
    running: running ? deployment(running) : null,
    staged: staged
      ? { checksum: staged.checksum, refspec: staged.refspec, since: new Date(staged.time).toISOString() }
      : null,
    deployments: deployments.map(deployment),
    update: {
      state: update.state,
      next: update.next?.toISOString() ?? null,
      timer: update.enabled ? 'enabled' : 'disabled',
    },
  };
}
