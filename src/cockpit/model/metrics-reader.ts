// What Cockpit's bridge tells of metrics: doc/protocol.md of Cockpit, "Payload: metrics1".

export interface Metric {
  readonly name: string;
  readonly derive?: 'rate';
}

/** How fast a counter grows, per second. */
export const rate = (name: string): Metric => ({ name, derive: 'rate' });

/** The values of one metric, by instance: an interface, a control group. */
export type MetricValues = ReadonlyMap<string, number>;

/** Reads the messages of a channel: which instances the metrics have, then their values. All metrics must have instances. */
export class MetricsReader {
  #instances: readonly (readonly string[])[] = [];
  #values: readonly (readonly unknown[])[] = [];

  /** Returns the values of each metric; undefined if the message only says which instances the next ones have. */
  read(message: string): readonly MetricValues[] | undefined {
    const said: unknown = JSON.parse(message);
    if (!Array.isArray(said)) {
      this.#instances = instancesIn(said);
      this.#values = [];
      return undefined;
    }
    // A bridge that was slow sends several samples at once.
    for (const sample of said) this.#take(sample);
    return this.#instances.map((instances, metric) => {
      const values = instances.map((instance, index) => [instance, this.#values[metric]?.[index]] as const);
      return new Map(values.flatMap(([name, value]) => (typeof value === 'number' ? [[name, value]] : [])));
    });
  }

  /** A value that is missing or null has not changed. One that is false is not known. */
  #take(sample: unknown): void {
    if (!Array.isArray(sample)) return;
    this.#values = this.#instances.map((instances, metric) => {
      const now: unknown = sample[metric];
      return instances.map(
        (_, index) => (Array.isArray(now) ? now[index] : undefined) ?? this.#values[metric]?.[index],
      );
    });
  }
}

function instancesIn(said: unknown): string[][] {
  const metrics = typeof said === 'object' && said !== null && 'metrics' in said ? said.metrics : [];
  return (Array.isArray(metrics) ? metrics : []).map((metric: unknown) => {
    const has = typeof metric === 'object' && metric !== null && 'instances' in metric;
    return has && Array.isArray(metric.instances) ? metric.instances.map(String) : [];
  });
}
