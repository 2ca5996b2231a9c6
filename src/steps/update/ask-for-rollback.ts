import type { Guest } from '../../config/guest.ts';
import { Failure } from '../../host/failure.ts';
import { type Deployment, listDeployments } from '../../ostree/deployments.ts';
import { hasSnapshot } from '../../ostree/var-snapshots.ts';
import { forgive, readRejection, reject } from '../../state/rejected.ts';
import { dropRollback, writeRollback } from '../../state/rollback-request.ts';
import { dropStaged } from '../../state/staged.ts';

/**
 * Asks for another deployment at the guest's next start: the one named, or the one before the default that has not
 * failed. The commit that is left is not staged again until it is forgiven.
 */
export function askForRollback(guest: Guest, wanted: string | undefined, withVar: boolean): Deployment {
  const [current, ...others] = listDeployments(guest.sysroot);
  if (!current) throw new Failure(`${guest.name} has no deployment yet`);
  const target =
    wanted === undefined
      ? others.find(({ checksum }) => !readRejection(guest.name, checksum))
      : findDeployment(guest, wanted);
  if (!target) throw new Failure(`${guest.name} has no deployment to go back to`, see(guest));
  if (target.name === current.name) {
    // It is what the next start boots anyway, with nothing else asked for.
    forgive(guest.name, target.checksum);
    dropRollback(guest.name);
    dropStaged(guest.name);
    return target;
  }
  if (withVar && !hasSnapshot(guest.sysroot, target)) {
    const message = `There is no snapshot of /var that belongs to ${target.title} (${target.name.slice(0, 12)})`;
    throw new Failure(
      message,
      'Snapshots are taken where SnapshotVar=yes; without --var, /var stays as it is',
    );
  }
  if (target.checksum !== current.checksum)
    reject(guest.name, current.checksum, `rolled back to ${target.title} by hand`);
  forgive(guest.name, target.checksum);
  writeRollback(guest.name, { deployment: target.name, var: withVar, time: Date.now() });
  dropStaged(guest.name);
  return target;
}

/** A deployment by CHECKSUM.SERIAL or by the first digits of its commit. */
export function findDeployment(guest: Guest, wanted: string): Deployment {
  const deployments = listDeployments(guest.sysroot);
  const found = deployments.filter(({ name }) => name === wanted || name.startsWith(wanted));
  const [only, another] = found;
  if (!only) throw new Failure(`${guest.name} has no deployment ${wanted}`, see(guest));
  if (another) throw new Failure(`${wanted} are the first digits of more than one deployment`, see(guest));
  return only;
}

const see = ({ name }: Guest): string => `See: guestctl deployments ${name}`;
