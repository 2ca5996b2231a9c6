import type { Guest } from '../../config/guest.ts';
import { topOf } from '../../config/positions.ts';
import { formatProblem, type Problem } from '../../config/problem.ts';
import { Failure } from '../../host/failure.ts';
import { canMapOwners } from '../../host/mount.ts';

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
  const problem = await whyNotRehearsed(guest);
  if (problem) throw new Failure(formatProblem(problem));
}
