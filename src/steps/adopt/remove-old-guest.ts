import { readdirSync } from 'node:fs';
import { Failure } from '../../host/failure.ts';
import { ostree } from '../../ostree/ostree.ts';
import type { Report } from '../../state/report.ts';
import { type HostDeployment, hostDeployments } from './host-deployments.ts';
import { requireVacant } from './occupants.ts';
import { deploymentsOf, staterootOf } from './old-guest.ts';

/** Removes a stateroot's deployments from the host with OSTree's own commands. Its /var stays: OSTree deletes no /var. */
export async function removeOldGuest(stateroot: string, report: Report): Promise<void> {
  requireVacant(stateroot);
  requireOthersListed(stateroot, await hostDeployments());
  for (;;) {
    // Each removal shifts the indexes.
    const next = (await hostDeployments()).find((one) => one.stateroot === stateroot && !one.booted);
    if (!next) break;
    await ostree(`Cannot undeploy ${next.name}`, 'admin', 'undeploy', String(next.index));
    report.step(`Undeployed ${next.name} from the host`);
  }
  if (deploymentsOf(stateroot).length > 0) {
    await ostree("Cannot clean up the host's deployments", 'admin', 'cleanup');
    report.step("Cleaned up the host's deployments");
  }
  const directory = staterootOf(stateroot);
  report.step(`Its /var is kept. When you no longer need it: rm -r ${directory}`);
}

/** Fails if other deployments are in no list: these commands would delete them, too. */
function requireOthersListed(stateroot: string, listed: readonly HostDeployment[]): void {
  const isListed = (other: string, name: string) =>
    listed.some((one) => one.stateroot === other && one.name === name);
  const endangered = readdirSync('/ostree/deploy')
    .filter((other) => other !== stateroot)
    .flatMap((other) => deploymentsOf(other).map((name) => ({ other, name })))
    .filter(({ other, name }) => !isListed(other, name));
  if (endangered.length === 0) return;
  const names = endangered.map(({ other, name }) => `${staterootOf(other)}/deploy/${name}`);
  throw new Failure(
    `OSTree would delete ${names.join(', ')} as well: the host's boot list does not have it`,
    'If it is a guest of the same making, adopt it first. Nothing was removed',
  );
}
