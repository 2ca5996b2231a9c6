// What guests use of the processors and of the memory, from what Cockpit's bridge samples of control groups.

import { MetricsReader, type MetricValues } from './metrics-reader.ts';
import { guestOfGroup } from './unit-names.ts';

export interface GuestUsage {
  /** In bytes, with caches: systemd.resource-control(5), MemoryCurrent. */
  readonly memory: number | undefined;
  /** In processors: 1 is one that is busy all the time. */
  readonly cpu: number | undefined;
}

/** A share of one processor: guests with several may have more than 100 %. */
export const percent = (cpu: number, language: string): string =>
  new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: cpu < 0.1 ? 1 : 0 }).format(cpu);

/** What to open a channel with: two metrics, in the order of read(). */
export const usageChannel = {
  payload: 'metrics1',
  source: 'internal',
  /** In milliseconds. */
  interval: 3000,
  metrics: [{ name: 'cgroup.memory.usage' }, { name: 'cgroup.cpu.usage', derive: 'rate' }],
} as const;

/** Reads the messages of the channel: which control groups there are, then what they use. */
export class UsageReader {
  readonly #reader = new MetricsReader();

  /** Returns what each guest uses; undefined if the message only says what the next ones are about. */
  read(message: string): ReadonlyMap<string, GuestUsage> | undefined {
    const metrics = this.#reader.read(message);
    if (!metrics) return undefined;
    const [memory, cpu] = metrics.map(byGuest);
    const guests = new Set([...(memory?.keys() ?? []), ...(cpu?.keys() ?? [])]);
    return new Map(
      [...guests].map((guest) => {
        const perSecond = cpu?.get(guest);
        return [
          guest,
          { memory: memory?.get(guest), cpu: perSecond === undefined ? perSecond : perSecond / 1000 },
        ];
      }),
    );
  }
}

const byGuest = (values: MetricValues): MetricValues =>
  new Map(
    [...values].flatMap(([group, value]) => {
      const guest = guestOfGroup(group);
      return guest === undefined ? [] : [[guest, value]];
    }),
  );
