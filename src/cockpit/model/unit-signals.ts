// What the signals of systemd say of units: what a service is at just now, and whether anything else is new.

/** The properties that a signal has, as Cockpit passes them on: each with its type. */
export type SignalProperties = Readonly<Record<string, { readonly v: unknown } | undefined>>;

interface UnitSignal {
  readonly unit: string;
  /** The interface whose properties have changed. */
  readonly about: string;
  readonly said: SignalProperties;
}

export class UnitSignals {
  readonly #seen = new Map<string, string>();
  #progress: ReadonlyMap<string, string> = new Map();

  /** What each service that runs is at, in its own words (StatusText), by unit. */
  get progress(): ReadonlyMap<string, string> {
    return this.#progress;
  }

  /** Takes a signal in. Returns true if it says more than how far a service is. */
  isNews({ unit, about, said }: UnitSignal): boolean {
    const { StatusText, ...others } = said;
    const state = others['ActiveState']?.v;
    if (typeof StatusText?.v === 'string') this.#set(unit, StatusText.v);
    // systemd keeps the last words of a service until its next start.
    if (state === 'inactive' || state === 'failed') this.#set(unit, '');
    const key = `${unit} ${about}`;
    const told = JSON.stringify(others);
    const isNew = this.#seen.get(key) !== told;
    this.#seen.set(key, told);
    return isNew;
  }

  #set(unit: string, text: string): void {
    if ((this.#progress.get(unit) ?? '') === text) return;
    const progress = new Map(this.#progress);
    if (text === '') progress.delete(unit);
    else progress.set(unit, text);
    this.#progress = progress;
  }
}

/** Returns what is going on with a guest; empty if nothing is, or if nothing says how far it is. */
export const progressOf = (guest: string, progress: ReadonlyMap<string, string>): string =>
  ['update', 'rehearse', 'switch', 'assess']
    .map((step) => progress.get(`ostree-guest-${step}@${guest}.service`) ?? '')
    .find((text) => text !== '') ?? '';
