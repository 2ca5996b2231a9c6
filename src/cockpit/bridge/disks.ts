// How much disk space the deployments of each guest take that nothing else has. Counting takes a moment: guests are asked one
// after the other, and only if their deployments have changed.
import { ownDisk } from '../model/guest-facts.ts';
import type { ToldGuest } from '../told/answers.ts';
import { guests } from './guests.ts';
import { ask } from './run-guestctl.ts';

class GuestDisks {
  #known: ReadonlyMap<string, number> = new Map();
  /** What was counted, by guest. */
  readonly #counted = new Map<string, string>();
  readonly #listeners = new Set<() => void>();
  #isCounting = false;
  #unfollow: (() => void) | undefined;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    this.#unfollow ??= guests.subscribe(() => this.#count());
    this.#count();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#unfollow?.();
      this.#unfollow = undefined;
    };
  };

  readonly known = (): ReadonlyMap<string, number> => this.#known;

  async #count(): Promise<void> {
    if (this.#isCounting) return;
    this.#isCounting = true;
    for (let guest = this.#next(); guest; guest = this.#next()) {
      this.#counted.set(guest.name, deploymentsOf(guest));
      const status = await ask('status', [guest.name]).catch(() => undefined);
      const bytes = status && ownDisk(status);
      if (bytes === undefined) continue;
      this.#known = new Map([...this.#known, [guest.name, bytes]]);
      for (const listener of this.#listeners) listener();
    }
    this.#isCounting = false;
  }

  #next(): ToldGuest | undefined {
    if (this.#listeners.size === 0) return undefined;
    return guests
      .known()
      .guests?.find((guest) => !guest.hidden && this.#counted.get(guest.name) !== deploymentsOf(guest));
  }
}

const deploymentsOf = ({ deployments }: ToldGuest): string =>
  deployments.map(({ checksum, serial }) => `${checksum}.${serial}`).join();

export const guestDisks = new GuestDisks();
