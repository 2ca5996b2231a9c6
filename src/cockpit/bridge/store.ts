// Something that views show and that changes, as useSyncExternalStore() of React takes it.

export class Store<T> {
  #known: T;
  readonly #begin: () => () => void;
  #end: (() => void) | undefined;
  readonly #listeners = new Set<() => void>();

  /** `begin` is called when somebody listens; what it returns, when nobody listens any more. */
  constructor(known: T, begin: () => () => void = () => () => {}) {
    this.#known = known;
    this.#begin = begin;
  }

  readonly known = (): T => this.#known;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    this.#end ??= this.#begin();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#end?.();
      this.#end = undefined;
    };
  };

  set(known: T): void {
    this.#known = known;
    for (const listener of this.#listeners) listener();
  }
}
