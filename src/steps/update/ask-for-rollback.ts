import type { Guest } from '../../config/guest.ts';
import { wallClock } from '../../host/clock.ts';
import { Failure } from '../../host/failure.ts';
import { type Deployment, listDeployments } from '../../ostree/deployments.ts';
import { hasSnapshot } from '../../ostree/var-snapshots.ts';
import { parseLine } from '../../state/attempts.ts';
import { historyOf, readLines } from '../../state/history.ts';
import { forgive, readRejection, reject } from '../../state/rejected.ts';
import { dropRollback, writeRollback } from '../../state/rollback-request.ts';
import { dropUndeployed } from '../../state/staged.ts';
import { failedLast, onWish } from './rollback-rule.ts';

/**
 * Requests another deployment for the guest's next start: the named one, or the previous one that has not
 * failed. The commit that is left is not staged again until it is forgiven.
 */
export function askForRollback(guest: Guest, wanted: string | undefined, withVar: boolean): Deployment {
  const { name, sysroot } = guest;
  const { values: attempts } = readLines(historyOf(name), parseLine);
  const deployments = listDeployments(sysroot).map((deployment) => ({
    ...deployment,
    hasFailed:
      readRejection(name, deployment.checksum) !== undefined || failedLast(attempts, deployment.checksum),
    hasSnapshot: hasSnapshot(sysroot, deployment),
  }));
  const [current] = deployments;
  if (!current) throw new Failure(`${name} has no deployment yet`, `Make one: guestctl update ${name}`);
  const decision = onWish(
    deployments,
    wanted === undefined ? undefined : findDeployment(guest, wanted).name,
    withVar,
  );
  if (decision.kind === 'refuse') throw new Failure(`${name} has no deployment to go back to`, see(guest));
  const { target } = decision;
  if (decision.kind === 'refuseVar') {
    const message = `There is no snapshot of /var that belongs to ${target.title} (${target.name.slice(0, 12)})`;
    throw new Failure(
      message,
      'Snapshots are taken where SnapshotVar=yes; without --var, /var stays as it is',
    );
  }
  if (decision.kind === 'ask' && decision.rejects)
    reject(name, current.checksum, `rolled back to ${target.title} by hand`);
  forgive(name, target.checksum);
  if (decision.kind === 'ask')
    writeRollback(name, { deployment: target.name, var: withVar, time: wallClock() });
  else dropRollback(name);
  dropUndeployed(name, current.checksum);
  return target;
}

/** Finds a deployment by the first digits of its commit, with or without .SERIAL. */
export function findDeployment(guest: Guest, wanted: string): Deployment {
  const deployments = listDeployments(guest.sysroot);
  const found = deployments.filter((deployment) => isNamed(deployment, wanted));
  const [only, another] = found;
  if (!only) throw new Failure(`${guest.name} has no deployment ${wanted}`, see(guest));
  if (another) throw new Failure(`${wanted} are the first digits of more than one deployment`, see(guest));
  return only;
}

/** True if this is a name of the deployment: CHECKSUM.SERIAL or CHECKSUM, of which the checksum may be cut off. */
export function isNamed(
  { checksum, serial }: Pick<Deployment, 'checksum' | 'serial'>,
  name: string,
): boolean {
  const [digits = '', number] = name.split('.');
  return digits !== '' && checksum.startsWith(digits) && (number === undefined || number === String(serial));
}

const see = ({ name }: Guest): string => `See: guestctl deployments ${name}`;
