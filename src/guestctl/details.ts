import { type MachineFacts, machineFacts } from '../machine/machine-facts.ts';
import { uniqueSpace } from '../ostree/unique-space.ts';
import type { Overview } from './overview.ts';

/** Details of a guest that take longer to find out, for `guestctl status`. */
export interface Details {
  /** The bytes on disk that only one deployment uses, by name. */
  readonly space: ReadonlyMap<string, number>;
  /** Undefined if the guest is stopped. */
  readonly machine: MachineFacts | undefined;
}

export async function gatherDetails({ guest, deployments, state }: Overview): Promise<Details> {
  const [space, machine] = await Promise.all([
    uniqueSpace(deployments),
    state === 'running' ? machineFacts(guest.name) : undefined,
  ]);
  return { space, machine };
}
