// What guests use, as long as somebody looks: Cockpit's bridge samples it, and no process is started.
import { type GuestUsage, UsageReader, usageChannel } from '../model/guest-usage.ts';
import { type Channel, cockpit } from './cockpit.ts';

class LiveUsage {
  #known: ReadonlyMap<string, GuestUsage> = new Map();
  #channel: Channel | undefined;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    this.#channel ??= this.#open();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#channel?.close();
      this.#channel = undefined;
    };
  };

  readonly known = (): ReadonlyMap<string, GuestUsage> => this.#known;

  #open(): Channel {
    const channel = cockpit.channel(usageChannel);
    const reader = new UsageReader();
    channel.addEventListener('message', (_, data) => {
      const usage = reader.read(data);
      if (usage === undefined) return;
      this.#known = usage;
      for (const listener of this.#listeners) listener();
    });
    return channel;
  }
}

export const liveUsage = new LiveUsage();
