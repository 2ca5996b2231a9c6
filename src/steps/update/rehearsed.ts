import type { Guest } from '../../config/guest.ts';
import { Failure } from '../../host/failure.ts';
import { rehearseUnit, startUnit } from '../../host/systemctl.ts';
import { readRehearsal } from '../../state/rehearsal.ts';

/**
 * Rehearses a commit, and returns once that has succeeded. If a rehearsal runs already, systemd waits for that one. It may be of
 * another commit; then a second one follows. Throws a Failure if the rehearsal fails.
 */
export async function rehearsed({ name }: Guest, checksum: string): Promise<void> {
  for (let runs = 0; runs < 2; runs += 1) {
    await startUnit(rehearseUnit(name));
    if (readRehearsal(name)?.checksum === checksum) return;
  }
  const message = `${checksum.slice(0, 12)} of ${name} was not rehearsed: something else was staged meanwhile`;
  throw new Failure(message, `Update it again: guestctl update ${name}`);
}
