import type { Guest } from '../../config/guest.ts';
import { topOf } from '../../config/positions.ts';
import { formatProblem, type Problem } from '../../config/problem.ts';
import { Failure } from '../../host/failure.ts';
import { canMapOwners } from '../../host/mount.ts';
import { isUnshared } from '../../state/unshared.ts';
import { isConfined } from '../../trees/linking/shares.ts';

/** Why a guest cannot be rehearsed on this host, where it cannot. */
export async function whyNotRehearsed({ machine, values, file }: Guest): Promise<Problem | undefined> {
  // Then there are no owners to map.
  if (machine.privateUsers === 'no' || (await canMapOwners())) return undefined;
  return {
    at: values.at('Update', 'Rehearse') ?? topOf(file),
    message: 'A rehearsal needs a mount(8) that can map owners, of util-linux 2.39 or newer: mount --version',
    remedy: 'Leave out Rehearse=, and an update that is not healthy is rolled back once it was booted',
  };
}

/** Before anything is done for it. */
export async function requireRehearsable(guest: Guest): Promise<void> {
  const problem = (await whyNotRehearsed(guest)) ?? stillShared(guest);
  if (problem) throw new Failure(formatProblem(problem));
}

/** The throwaway machine has links to files of the guest, and root in it could write to them: they must be the guest's own. */
function stillShared(guest: Guest): Problem | undefined {
  const { name, values, file } = guest;
  if (isConfined(guest) || isUnshared(name)) return undefined;
  return {
    at: values.at('Exec', 'PrivateUsers') ?? topOf(file),
    message: `${name} still shares files with other guests, which a rehearsal without a user namespace could change`,
    remedy: `Start it with this file first; if it runs: machinectl reboot ${name}`,
  };
}
