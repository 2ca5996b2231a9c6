// What guests use of the processors and of the memory, from what Cockpit's bridge samples of control groups.

import { type Metric, type MetricValues, rate } from './metrics-reader.ts';
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

/** What usageOf() reads, in this order. */
export const usageMetrics: readonly Metric[] = [{ name: 'cgroup.memory.usage' }, rate('cgroup.cpu.usage')];

/** Returns what each guest uses. A guest that starts again counts its milliseconds from 0 again: that is no use below 0. */
export function usageOf([memory, cpu]: readonly MetricValues[]): ReadonlyMap<string, GuestUsage> {
  const [bytes, milliseconds] = [byGuest(memory), byGuest(cpu)];
  const guests = new Set([...bytes.keys(), ...milliseconds.keys()]);
  return new Map(
    [...guests].map((guest) => {
      const perSecond = milliseconds.get(guest);
      const usage = perSecond === undefined ? undefined : Math.max(0, perSecond) / 1000;
      return [guest, { memory: bytes.get(guest), cpu: usage }];
    }),
  );
}

const byGuest = (values: MetricValues = new Map()): MetricValues =>
  new Map(
    [...values].flatMap(([group, value]) => {
      const guest = guestOfGroup(group);
      return guest === undefined ? [] : [[guest, value]];
    }),
  );
