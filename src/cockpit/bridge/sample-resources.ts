// What a guest uses over time, as long as somebody looks.
import { type Histories, type Sampled, samplers, withValues } from '../model/resources.ts';
import { sampleMetrics } from './sample-metrics.ts';

/** In milliseconds. */
const interval = 2000;

/** What is known of each guest that was looked at: it is there when somebody comes back. */
const known = new Map<string, Histories>();

export const historiesOf = (guest: string): Histories => known.get(guest) ?? {};

/** Samples what a guest uses, and calls back when there is more. Returns how to end it. */
export function sampleResources(of: Sampled, changed: (histories: Histories) => void): () => void {
  const ends = samplers.map(({ metrics, read }) =>
    sampleMetrics({ metrics, interval, superuser: 'try' }, (values) => {
      const histories = withValues(historiesOf(of.name), read(values, of), Date.now());
      known.set(of.name, histories);
      changed(histories);
    }),
  );
  return () => {
    for (const end of ends) end();
  };
}
