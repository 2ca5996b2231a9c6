// The guests as guestctl lists them, asked again whenever something has changed.
import { configDirectory, stateOf } from '../../config/paths.ts';
import type { ToldGuest } from '../told/answers.ts';
import { cockpit } from './cockpit.ts';
import { ask } from './run-guestctl.ts';
import { Store } from './store.ts';
import { watchDirectory, watchUnits } from './watch.ts';

export interface KnownGuests {
  /** undefined until guestctl has answered. */
  readonly guests: readonly ToldGuest[] | undefined;
  /** Why guestctl could not answer. */
  readonly failure: string | undefined;
  /** May this user change anything? undefined until that is known. */
  readonly isAdmin: boolean | undefined;
  /** How often guestctl was asked: what shows more of a guest asks again when it changes. */
  readonly round: number;
  /** What each service is at that works on a guest, in its own words, by unit. */
  readonly progress: ReadonlyMap<string, string>;
}

const nothing: KnownGuests = {
  guests: undefined,
  failure: undefined,
  isAdmin: undefined,
  round: 0,
  progress: new Map(),
};

/** In milliseconds. One start of a guest is a dozen signals. */
const pause = 250;

const directories = (guest: string): string[] => {
  const state = stateOf(guest);
  return [state, `${state}/trials`, `${state}/rejected`, `${state}/history`];
};

class Guests {
  readonly #store = new Store(nothing);
  #hasBegun = false;
  readonly #watched = new Set<string>();
  #isAsking = false;
  #isDue = false;
  #timer: number | undefined;
  readonly #permission = cockpit.permission({ admin: true });

  /** Begins with the first listener, and never ends: the page is the only one. */
  readonly subscribe = (listener: () => void): (() => void) => {
    if (!this.#hasBegun) this.#begin();
    return this.#store.subscribe(listener);
  };

  readonly known = this.#store.known;

  /** Asks soon, once for all that happens until then. */
  readonly refresh = (): void => {
    this.#timer ??= window.setTimeout(() => {
      this.#timer = undefined;
      this.#ask();
    }, pause);
  };

  #begin(): void {
    this.#hasBegun = true;
    watchUnits({ changed: this.refresh, advanced: (progress) => this.#set({ progress }) });
    this.#watch([configDirectory]);
    const learn = () => {
      this.#set({ isAdmin: this.#permission.allowed ?? undefined });
      this.refresh();
    };
    this.#permission.addEventListener('changed', learn);
    learn();
  }

  async #ask(): Promise<void> {
    this.#isDue = this.#isAsking;
    if (this.#isAsking) return;
    this.#isAsking = true;
    const round = this.known().round + 1;
    try {
      const guests = await ask('list');
      this.#watch(guests.flatMap(({ name }) => directories(name)));
      this.#set({ guests, failure: undefined, round });
    } catch (error) {
      this.#set({ failure: error instanceof Error ? error.message : String(error), round });
    } finally {
      this.#isAsking = false;
      if (this.#isDue) this.refresh();
    }
  }

  #watch(paths: readonly string[]): void {
    for (const path of paths.filter((one) => !this.#watched.has(one))) {
      this.#watched.add(path);
      watchDirectory(path, this.refresh);
    }
  }

  #set(change: Partial<KnownGuests>): void {
    this.#store.set({ ...this.known(), ...change });
  }
}

export const guests = new Guests();
