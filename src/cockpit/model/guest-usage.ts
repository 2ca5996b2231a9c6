// What guests use of the processors and of the memory, from what Cockpit's bridge samples of control groups.

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

/** What to open a channel with: two metrics, in the order of #take(). */
export const usageChannel = {
  payload: 'metrics1',
  source: 'internal',
  /** In milliseconds. */
  interval: 3000,
  metrics: [{ name: 'cgroup.memory.usage' }, { name: 'cgroup.cpu.usage', derive: 'rate' }],
} as const;

interface Told {
  /** The control groups of each metric. */
  readonly instances: readonly (readonly string[])[];
  readonly values: readonly (readonly unknown[])[];
}

/** Reads the messages of the channel: which control groups there are, then what they use. */
export class UsageReader {
  #told: Told = { instances: [], values: [] };

  /** Returns what each guest uses; undefined if the message only says what the next ones are about. */
  read(message: string): ReadonlyMap<string, GuestUsage> | undefined {
    const said: unknown = JSON.parse(message);
    if (!Array.isArray(said)) {
      this.#told = { instances: instancesIn(said), values: [] };
      return undefined;
    }
    // A bridge that was slow sends several samples at once.
    for (const sample of said) this.#take(sample);
    const [memory, cpu] = this.#told.instances.map((_, metric) => this.#byGuest(metric));
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

  /** A value that is missing or null has not changed: doc/protocol.md of Cockpit, "Payload: metrics1". */
  #take(sample: unknown): void {
    if (!Array.isArray(sample)) return;
    const values = this.#told.instances.map((instances, metric) => {
      const before = this.#told.values[metric] ?? [];
      const now: unknown = sample[metric];
      return instances.map((_, index) => (Array.isArray(now) ? now[index] : undefined) ?? before[index]);
    });
    this.#told = { ...this.#told, values };
  }

  #byGuest(metric: number): ReadonlyMap<string, number> {
    const { instances, values } = this.#told;
    return new Map(
      (instances[metric] ?? []).flatMap((group, index) => {
        const guest = guestOfGroup(group);
        const value = values[metric]?.[index];
        return guest !== undefined && typeof value === 'number' ? [[guest, value] as const] : [];
      }),
    );
  }
}

function instancesIn(said: unknown): string[][] {
  const metrics = typeof said === 'object' && said !== null && 'metrics' in said ? said.metrics : [];
  return (Array.isArray(metrics) ? metrics : []).map((metric: unknown) => {
    const instances =
      typeof metric === 'object' && metric !== null && 'instances' in metric ? metric.instances : [];
    return Array.isArray(instances) ? instances.map(String) : [];
  });
}
