import { setTimeout as sleep } from 'node:timers/promises';
import { now } from '../host/clock.ts';
import { Failure } from '../host/failure.ts';
import { showUnits } from '../host/systemctl.ts';
import { driver } from './driver.ts';

/** How long a guest may take to shut down and to boot, in milliseconds: as long as its unit may take for both. */
const patience = 11 * 60_000;

/** Asks a running guest to reboot, and waits until it is up again. Fails if it does not come up. */
export async function reboot(name: string): Promise<void> {
  const look = async () => {
    const [shown = {}] = await showUnits([driver.unit(name)], ['ActiveState', 'SubState', 'InvocationID']);
    return { state: shown['ActiveState'], sub: shown['SubState'] ?? '', run: shown['InvocationID'] };
  };
  const before = await look();
  await driver.reboot(name);
  for (const begun = now(); now() - begun < patience; await sleep(300)) {
    const { state, sub, run } = await look();
    const isAnother = run !== before.run;
    if (isAnother && state === 'active') return;
    // Between the shutdown and the start the unit is activating, and waits for its restart.
    if (state === 'failed' || (state === 'inactive' && !sub.startsWith('auto-restart')))
      throw new Failure(`${name} did not start again`, `See: guestctl logs ${name}`);
  }
  throw new Failure(
    `${name} has not rebooted for ${patience / 60_000} min`,
    `Restart it: guestctl restart ${name}`,
  );
}
