import type { Guest } from '../../config/guest.ts';
import { isImageName } from '../../config/origin.ts';
import { now } from '../../host/clock.ts';
import { Failure } from '../../host/failure.ts';
import { bootUnit } from '../../host/systemctl.ts';
import { undeploy } from '../../ostree/boot-list.ts';
import { type Deployment, isPinned, listDeployments } from '../../ostree/deployments.ts';
import { formatKeyfile, type Keyfile } from '../../ostree/keyfile.ts';
import { deploy } from '../../ostree/sysroot.ts';
import { takeSnapshot } from '../../ostree/var-snapshots.ts';
import { claimStaged, readClaimed, releaseStaged, type Staged } from '../../state/staged.ts';
import { beginTrial, endTrials, readTrial } from '../../state/trial.ts';
import { forgetUndeployed, rememberUndeployed } from '../../state/undeployed.ts';
import { record } from '../record-attempt.ts';
import type { Log } from './boot.ts';
import { keepIdentity } from './keep-identity.ts';

/** Deploys what is staged. It stays claimed until all is done, so a start that was cut off is taken up by the next. */
export async function finalize(guest: Guest, log: Log): Promise<void> {
  const before = listDeployments(guest.sysroot);
  // A start was cut off after it had deployed this, and something newer is staged by now: it is untested all the same.
  if (readClaimed(guest.name)?.checksum === before[0]?.checksum) tryOut(guest, before);
  const staged = claimStaged(guest.name);
  if (!staged) return;
  // Otherwise a start was cut off between deploying it and saying so.
  if (before[0]?.checksum !== staged.checksum)
    await deployStaged(guest, staged, before[0], log).catch(async (error: unknown) => {
      if (error instanceof Failure) await remember(guest, staged, before[0], error);
      throw error;
    });
  const deployments = listDeployments(guest.sysroot);
  keepIdentity(deployments);
  const trial = tryOut(guest, deployments);
  for (const excess of excessOf(deployments, guest.update.keep, trial)) undeploy(excess);
  releaseStaged(guest.name);
  forgetUndeployed(guest.name);
}

async function deployStaged(
  guest: Guest,
  { checksum, refspec }: Staged,
  before: Deployment | undefined,
  log: Log,
): Promise<void> {
  if (before && guest.update.snapshotVar) await takeSnapshot(guest.sysroot, guest.name, before);
  log.say(`Deploying ${refspec} (${checksum.slice(0, 12)})`);
  await deploy(guest.sysroot, guest.name, { checksum, origin: formatKeyfile(originKeyfile(refspec)) });
}

/** Tells why it failed, now and whenever somebody looks, so that nobody restarts the guest for it in vain. */
async function remember(
  guest: Guest,
  { checksum }: Staged,
  before: Deployment | undefined,
  { message, remedy = `See: journalctl -u ${bootUnit(guest.name)}` }: Failure,
): Promise<void> {
  if (before)
    await rememberUndeployed(guest.name, `${before.path}/etc`, { checksum, reason: message, remedy });
  await record(guest, {
    ...{ action: 'switch', from: before?.checksum, to: checksum, outcome: 'failed' },
    ...{ trigger: 'start', since: now(), message },
  });
}

/** Puts a fresh deployment on trial, if there is one to go back to. Answers the names of those that are needed for it. */
export function tryOut(guest: Guest, [fresh, before]: readonly Deployment[]): string[] {
  if (!fresh || !before) return [];
  // One that is itself still on trial is nothing to go back to.
  const fallback = readTrial(guest.name, before.name)?.fallback ?? before.name;
  if (!readTrial(guest.name, fresh.name)) {
    const { tries } = guest.update;
    beginTrial(guest.name, { deployment: fresh.name, fallback, since: now(), tries, left: tries });
  }
  endTrials(guest.name, fresh.name);
  return [fresh.name, fallback];
}

/** What is beyond the number to be kept, neither needed nor pinned. */
function excessOf(deployments: readonly Deployment[], keep: number, needed: readonly string[]): Deployment[] {
  return deployments
    .slice(keep)
    .filter((deployment) => !needed.includes(deployment.name) && !isPinned(deployment));
}

/** An image is called what rpm-ostree and bootc call it. */
const originKeyfile = (name: string): Keyfile => ({
  origin: isImageName(name)
    ? { 'container-image-reference': `ostree-unverified-image:${name}` }
    : { refspec: name },
});
