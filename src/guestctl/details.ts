import { type MachineFacts, machineFacts } from '../machine/machine-facts.ts';
import { uniqueSpace } from '../ostree/unique-space.ts';
import type { Overview } from './overview.ts';

/** What takes longer to find out of a guest than the rest, for the screen that is about it alone. */
export interface Details {
  /** In bytes, by the names of deployments: what each has for itself on disk. */
  readonly space: ReadonlyMap<string, number>;
  /** Of a guest that runs. */
  readonly machine: MachineFacts | undefined;
}

export async function gatherDetails({ guest, deployments, state }: Overview): Promise<Details> {
  const [space, machine] = await Promise.all([
    uniqueSpace(deployments),
    state === 'running' ? machineFacts(guest.name) : undefined,
  ]);
  return { space, machine };
}
