import type { Guest } from '../../config/guest.ts';
import { Failure } from '../../host/failure.ts';
import { rehearseUnit, startUnit } from '../../host/systemctl.ts';
import { readRehearsal } from '../../state/rehearsal.ts';

/**
 * Rehearses a commit, and returns when it succeeded. systemd may let us join a running rehearsal, which may be
 * of another commit; then another one follows. Throws a Failure if the rehearsal fails.
 */
export async function rehearsed({ name }: Guest, checksum: string): Promise<void> {
  for (let runs = 0; runs < 2; runs += 1) {
    await startUnit(rehearseUnit(name));
    if (readRehearsal(name)?.checksum === checksum) return;
  }
  const message = `${checksum.slice(0, 12)} of ${name} was not rehearsed: something else was staged meanwhile`;
  throw new Failure(message, `Update it again: guestctl update ${name}`);
}
