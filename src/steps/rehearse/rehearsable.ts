import type { Guest } from '../../config/guest.ts';
import { topOf } from '../../config/positions.ts';
import { formatProblem, type Problem } from '../../config/problem.ts';
import { Failure } from '../../host/failure.ts';
import { canMapOwners } from '../../host/mount.ts';
import { isUnshared } from '../../state/unshared.ts';
import { isConfined } from '../../trees/linking/shares.ts';

/** Says why a guest cannot be rehearsed on this host; undefined if it can. */
export async function whyNotRehearsed({ machine, values, file }: Guest): Promise<Problem | undefined> {
  // Without a user namespace no owners are mapped.
  if (machine.privateUsers === 'no' || (await canMapOwners())) return undefined;
  return {
    at: values.at('Update', 'Rehearse') ?? topOf(file),
    message: 'A rehearsal needs a mount(8) that can map owners, of util-linux 2.39 or newer: mount --version',
    remedy: 'Remove Rehearse=. Bad updates are then rolled back after they were booted',
  };
}

/** Fails before anything is done if a guest cannot be rehearsed. */
export async function requireRehearsable(guest: Guest): Promise<void> {
  const problem = (await whyNotRehearsed(guest)) ?? stillShared(guest);
  if (problem) throw new Failure(formatProblem(problem));
}

/** Refuses shared files: root in a rehearsal without a user namespace could write to them. */
function stillShared(guest: Guest): Problem | undefined {
  const { name, values, file } = guest;
  if (isConfined(guest) || isUnshared(name)) return undefined;
  return {
    at: values.at('Exec', 'PrivateUsers') ?? topOf(file),
    message: `${name} still shares files with other guests, which a rehearsal without a user namespace could change`,
    remedy: `Start it with this file first; if it runs: guestctl reboot ${name}`,
  };
}
