// Checks that commands make before they do anything.
import type { Guest } from '../config/guest.ts';
import { Failure } from '../host/failure.ts';
import { isRunning } from '../machine/guest-state.ts';
import { listDeployments } from '../ostree/deployments.ts';

/** Fails if a guest has no deployment yet. */
export function requireCreated({ name, sysroot }: Pick<Guest, 'name' | 'sysroot'>): void {
  if (listDeployments(sysroot).length > 0) return;
  throw new Failure(
    `${name} is declared, but has not been created yet`,
    `Create it: guestctl update ${name}`,
  );
}

/** Fails if a guest does not run. */
export async function requireRunning(name: string): Promise<void> {
  if (await isRunning(name)) return;
  throw new Failure(`${name} is not running`, `Start it: guestctl start ${name}`);
}
