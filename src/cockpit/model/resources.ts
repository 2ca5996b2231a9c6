// What a guest uses over time: from what Cockpit's bridge samples of the host.
import { usageMetrics, usageOf } from './guest-usage.ts';
import { type Metric, type MetricValues, rate } from './metrics-reader.ts';
import { guestOfGroup } from './unit-names.ts';

const resources = ['cpu', 'memory', 'received', 'sent', 'read', 'written'] as const;
export type Resource = (typeof resources)[number];

/** What is looked at: a guest, and the interfaces of the host that lead to it. */
export interface Sampled {
  readonly name: string;
  readonly links: readonly string[];
}

/** Values that are not known are left out or undefined. */
export type ResourceSample = Readonly<Partial<Record<Resource, number | undefined>>>;

/** Metrics that one channel samples. A bridge that does not know one of them closes the channel. */
export interface Sampler {
  readonly metrics: readonly Metric[];
  readonly read: (values: readonly MetricValues[], of: Sampled) => ResourceSample;
}

/** Returns undefined if there is nothing to add. A counter that starts again counts as 0. */
function sum(values: MetricValues | undefined, isMeant: (instance: string) => boolean): number | undefined {
  const all = [...(values ?? [])].filter(([instance]) => isMeant(instance));
  return all.length === 0 ? undefined : all.reduce((before, [, value]) => before + Math.max(0, value), 0);
}

/** Processes of a guest are in groups below that of its machine. */
const isIn =
  ({ name }: Sampled) =>
  (group: string): boolean =>
    guestOfGroup(group.replace(/\.service\/.*/, '.service')) === name;

export const samplers: readonly Sampler[] = [
  { metrics: usageMetrics, read: (values, { name }) => usageOf(values).get(name) ?? {} },
  {
    // What the host sends, the guest receives.
    metrics: [rate('network.interface.tx'), rate('network.interface.rx')],
    read: ([sent, received], { links }) => ({
      received: sum(sent, (name) => links.includes(name)),
      sent: sum(received, (name) => links.includes(name)),
    }),
  },
  {
    metrics: [rate('disk.cgroup.read'), rate('disk.cgroup.written')],
    read: ([read, written], of) => ({
      read: sum(read, isIn(of)),
      written: sum(written, isIn(of)),
    }),
  },
];

export interface Point {
  /** In milliseconds since the epoch. */
  readonly time: number;
  readonly value: number;
}

export type Histories = Readonly<Partial<Record<Resource, readonly Point[]>>>;

/** How long values are kept and shown, in milliseconds. */
export const shownTime = 300_000;

/** Adds values to what is known. What is too old is forgotten. */
export function withValues(histories: Histories, values: ResourceSample, time: number): Histories {
  const changed: Partial<Record<Resource, readonly Point[]>> = { ...histories };
  for (const resource of resources) {
    const value = values[resource];
    if (value === undefined) continue;
    const kept = (histories[resource] ?? []).filter((point) => point.time > time - shownTime);
    changed[resource] = [...kept, { time, value }];
  }
  return changed;
}
