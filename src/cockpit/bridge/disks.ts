// How much disk space the deployments of each guest take that nothing else has. Counting takes a moment: guests are asked one
// after the other, and only if their deployments have changed.
import { ownDisk } from '../model/guest-facts.ts';
import { isNamed } from '../model/named.ts';
import type { ToldGuest } from '../told/answers.ts';
import { guests } from './guests.ts';
import { ask } from './run-guestctl.ts';
import { Store } from './store.ts';

let isShown = false;
let isCounting = false;
/** The deployments of each guest that were counted. */
const counted = new Map<string, string>();

export const guestDisks: Store<ReadonlyMap<string, number>> = new Store(new Map(), () => {
  isShown = true;
  const unfollow = guests.subscribe(count);
  count();
  return () => {
    isShown = false;
    unfollow();
  };
});

async function count(): Promise<void> {
  if (isCounting) return;
  isCounting = true;
  for (let guest = nextGuest(); guest; guest = nextGuest()) {
    counted.set(guest.name, deploymentsOf(guest));
    const status = await ask('status', [guest.name]).catch(() => undefined);
    const bytes = status && ownDisk(status);
    if (bytes !== undefined) guestDisks.set(new Map([...guestDisks.known(), [guest.name, bytes]]));
  }
  isCounting = false;
}

function nextGuest(): ToldGuest | undefined {
  if (!isShown) return undefined;
  return guests
    .known()
    .guests?.find(
      (guest) => !guest.hidden && isNamed(guest) && counted.get(guest.name) !== deploymentsOf(guest),
    );
}

const deploymentsOf = ({ deployments }: ToldGuest): string =>
  deployments.map(({ checksum, serial }) => `${checksum}.${serial}`).join();
