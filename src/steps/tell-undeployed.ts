import type { Guest } from '../config/guest.ts';
import { now } from '../host/clock.ts';
import { bootUnit } from '../host/systemctl.ts';
import { saysFull } from '../ostree/deploy-remedy.ts';
import type { Deployment } from '../ostree/deployments.ts';
import type { Trigger } from '../state/attempts.ts';
import type { Report } from '../state/report.ts';
import { rememberUndeployed, type Suspect, type Undeployed } from '../state/undeployed.ts';
import { noteDown } from './note-down.ts';
import { record } from './record-attempt.ts';

interface DeployFailure extends Pick<Undeployed, 'checksum' | 'reason'> {
  readonly remedy: string | undefined;
  readonly suspect: Suspect;
  readonly trigger: Trigger;
}

/** Returns what is at fault, by the message of the failure. */
export const suspectOf = (cause: string): Suspect => (saysFull(cause) ? 'disk' : 'etc');

/** Records why an update could not be deployed onto the deployment `before`, so that the guest is not restarted for it in vain. */
export async function tellUndeployed(
  guest: Guest,
  before: Deployment | undefined,
  failure: DeployFailure,
  report: Pick<Report, 'warn'>,
): Promise<void> {
  const { checksum, reason, suspect, trigger } = failure;
  const remedy = failure.remedy ?? `See: journalctl -u ${bootUnit(guest.name)}`;
  // If the disk is too full for that, too, no timer restarts the guest either.
  if (before)
    await noteDown(
      report,
      () => rememberUndeployed(guest, before, suspect, { checksum, reason, remedy }),
      `Not remembered: ${reason}`,
    );
  await record(guest, {
    action: 'switch',
    from: before?.checksum,
    to: checksum,
    outcome: 'failed',
    trigger,
    since: now(),
    message: reason,
  });
}
