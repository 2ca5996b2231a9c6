import { originName } from '../../config/origin.ts';
import type { MachineFacts } from '../../machine/machine-facts.ts';
import type { Deployment } from '../../ostree/deployments.ts';
import type { Details } from '../details.ts';
import type { Overview } from '../overview.ts';

/** The stable form for scripts: commits in full, times in RFC 3339, null for what is not. */
export function overviewJson(overview: Overview) {
  const { guest, deployments, running, staged, undeployed, rollback, trial, rejected, state, since, update } =
    overview;
  const deployment = ({ checksum, serial, title }: Deployment) => ({ checksum, serial, title });
  return {
    name: guest.name,
    description: guest.description,
    file: guest.file,
    source: originName(guest.origin),
    sysroot: guest.sysroot,
    state,
    damage: overview.damage ?? null,
    since: (state === 'running' && since?.toISOString()) || null,
    running: running ? deployment(running) : null,
    staged: staged
      ? {
          checksum: staged.checksum,
          refspec: staged.refspec,
          since: new Date(staged.time).toISOString(),
          failure: undeployed
            ? { reason: undeployed.reason, since: new Date(undeployed.time).toISOString() }
            : null,
        }
      : null,
    rollback: rollback?.deployment ?? null,
    trial: trial ? { tries: trial.tries, left: trial.left, fallback: trial.fallback ?? null } : null,
    rejected: rejected.map(({ checksum, reason, time }) => ({
      checksum,
      reason,
      since: new Date(time).toISOString(),
    })),
    deployments: deployments.map(deployment),
    update: {
      state: update.state,
      fault: update.fault ?? null,
      next: update.next?.toISOString() ?? null,
      timer: update.enabled ? 'enabled' : 'disabled',
    },
  };
}

/** The same with what only `status` tells. */
export function statusJson(overview: Overview, { space, machine }: Details) {
  const told = overviewJson(overview);
  const unique = (name = '') => space.get(name) ?? 0;
  const deployments = told.deployments.map((deployment, index) => ({
    ...deployment,
    unique: unique(overview.deployments[index]?.name),
  }));
  return { ...told, deployments, machine: machineJson(machine) };
}

const machineJson = (machine: MachineFacts | undefined) =>
  machine
    ? {
        memory: machine.memory ?? null,
        cpu: machine.cpu ?? null,
        tasks: machine.tasks ?? null,
        addresses: machine.addresses,
      }
    : null;
