// Updates that wait for a slot, as behind others that take hours.
import { eventually } from './guests.ts';
import type { Commands } from './host.ts';

export interface WaitingUpdates {
  /** How many of them are a Node already. */
  readonly nodes: number;
  /** Lets go of the slots. */
  release(): Promise<unknown>;
}

/** Takes all slots, starts updates of guests that have a new commit, and waits until all of them wait. */
export async function makeWait(host: Commands, names: readonly string[]): Promise<WaitingUpdates> {
  const units = names.map((name) => `ostree-guest-update@${name}`).join(' ');
  const [first, second] = [0, 1].map((slot) => `/var/lib/ostree-guests/.slots/${slot}`);
  await host.sh(`systemd-run --quiet --unit=holder flock ${first} flock ${second} sleep infinity`);
  await eventually(host, `! flock --nonblock ${first} true && ! flock --nonblock ${second} true`);
  await host.sh(`systemctl start --no-block ${units}`);
  await eventually(
    host,
    `[ "$(systemctl show --property=StatusText ${units} | grep -c 'Waiting for the update')" = ${names.length} ]`,
  );
  const nodes = Number(await host.sh(`pgrep --count --full '[/]update.cjs'`));
  return { nodes, release: () => host.run('systemctl', 'stop', 'holder') };
}
