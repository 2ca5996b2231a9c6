import type { Guest } from '../../config/guest.ts';
import { isImageName } from '../../config/origin.ts';
import { explain, Failure } from '../../host/failure.ts';
import type { Deployment } from '../../ostree/deployments.ts';
import { formatKeyfile, type Keyfile } from '../../ostree/keyfile.ts';
import { deploy } from '../../ostree/sysroot.ts';
import { removeUnlisted } from '../../ostree/unlisted.ts';
import { takeSnapshot } from '../../ostree/var-snapshots.ts';
import type { Report } from '../../state/report.ts';
import type { Staged } from '../../state/staged.ts';
import { suspectOf, tellUndeployed } from '../tell-undeployed.ts';
import { attempt } from './attempt.ts';

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
    const reason = error instanceof Failure ? error.message : explain(error);
    if (reason === undefined) throw error;
    const remedy = error instanceof Failure ? error.remedy : undefined;
    const suspect = suspectOf(reason);
    // Gives back what OSTree has written until the disk was full.
    if (suspect === 'disk') await attempt(report, () => removeUnlisted(guest.sysroot, guest.name));
    await tellUndeployed(guest, before, { checksum, reason, remedy, suspect, trigger: 'start' }, report);
    throw error;
  }
}

/** Returns the origin file; images are named as by rpm-ostree and bootc. */
const originKeyfile = (name: string): Keyfile => ({
  origin: isImageName(name)
    ? { 'container-image-reference': `ostree-unverified-image:${name}` }
    : { refspec: name },
});
