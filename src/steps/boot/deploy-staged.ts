import type { Guest } from '../../config/guest.ts';
import { isImageName } from '../../config/origin.ts';
import { now } from '../../host/clock.ts';
import { Failure } from '../../host/failure.ts';
import { bootUnit } from '../../host/systemctl.ts';
import type { Deployment } from '../../ostree/deployments.ts';
import { formatKeyfile, type Keyfile } from '../../ostree/keyfile.ts';
import { deploy } from '../../ostree/sysroot.ts';
import { takeSnapshot } from '../../ostree/var-snapshots.ts';
import type { Report } from '../../state/report.ts';
import type { Staged } from '../../state/staged.ts';
import { rememberUndeployed } from '../../state/undeployed.ts';
import { record } from '../record-attempt.ts';

/** Deploys the staged update as the default deployment; `before` is the previous default. */
export async function deployStaged(
  guest: Guest,
  staged: Staged,
  before: Deployment | undefined,
  report: Report,
): Promise<void> {
  const { checksum, refspec } = staged;
  try {
    if (before && guest.update.snapshotVar) await takeSnapshot(guest.sysroot, guest.name, before);
    report.step(`Deploying ${refspec} (${checksum.slice(0, 12)})`);
    await deploy(guest.sysroot, guest.name, { checksum, origin: formatKeyfile(originKeyfile(refspec)) });
  } catch (error) {
    if (error instanceof Failure) await remember(guest, staged, before, error);
    throw error;
  }
}

/** Records why it failed, so that the guest is not restarted for it in vain. */
async function remember(
  guest: Guest,
  { checksum }: Staged,
  before: Deployment | undefined,
  { message, remedy = `See: journalctl -u ${bootUnit(guest.name)}` }: Failure,
): Promise<void> {
  if (before)
    await rememberUndeployed(guest.name, `${before.path}/etc`, { checksum, reason: message, remedy });
  await record(guest, {
    action: 'switch',
    from: before?.checksum,
    to: checksum,
    outcome: 'failed',
    trigger: 'start',
    since: now(),
    message,
  });
}

/** Returns the origin file; images are named as by rpm-ostree and bootc. */
const originKeyfile = (name: string): Keyfile => ({
  origin: isImageName(name)
    ? { 'container-image-reference': `ostree-unverified-image:${name}` }
    : { refspec: name },
});
