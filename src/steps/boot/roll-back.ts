import type { Guest } from '../../config/guest.ts';
import { now } from '../../host/clock.ts';
import { Failure } from '../../host/failure.ts';
import { makeDefault } from '../../ostree/boot-list.ts';
import { listDeployments } from '../../ostree/deployments.ts';
import { restoreSnapshot } from '../../ostree/var-snapshots.ts';
import { dropRollback, readRollback } from '../../state/rollback-request.ts';
import { dropStaged } from '../../state/staged.ts';
import { endTrials } from '../../state/trial.ts';
import { record } from '../record-attempt.ts';

/** Makes the deployment that somebody asked for the default. What was staged is what they wanted to get away from. */
export async function rollBack(guest: Guest): Promise<void> {
  const wish = readRollback(guest.name);
  if (!wish) return;
  const deployments = listDeployments(guest.sysroot);
  const target = deployments.find(({ name }) => name === wish.deployment);
  if (!target) {
    dropRollback(guest.name);
    throw new Failure(`The deployment ${wish.deployment} to roll back to is gone`);
  }
  if (wish.var) await restoreSnapshot(guest.sysroot, guest.name, target, String(wish.time));
  makeDefault(guest.sysroot, target);
  endTrials(guest.name);
  dropStaged(guest.name);
  dropRollback(guest.name);
  const message = `Rolled back to ${target.title} (${target.name.slice(0, 12)})`;
  await record(guest, {
    ...{ action: 'rollback', from: deployments[0]?.checksum, to: target.checksum, outcome: 'done' },
    ...{ trigger: 'manual', since: now(), message },
  });
}
