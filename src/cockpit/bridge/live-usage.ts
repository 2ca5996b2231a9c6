// What all guests use now, as long as somebody looks.
import { type GuestUsage, usageMetrics, usageOf } from '../model/guest-usage.ts';
import { sampleMetrics } from './sample-metrics.ts';

class LiveUsage {
  #known: ReadonlyMap<string, GuestUsage> = new Map();
  #end: (() => void) | undefined;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    this.#end ??= this.#sample();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#end?.();
      this.#end = undefined;
    };
  };

  readonly known = (): ReadonlyMap<string, GuestUsage> => this.#known;

  #sample(): () => void {
    return sampleMetrics({ metrics: usageMetrics, interval: 3000 }, (values) => {
      this.#known = usageOf(values);
      for (const listener of this.#listeners) listener();
    });
  }
}

export const liveUsage = new LiveUsage();
