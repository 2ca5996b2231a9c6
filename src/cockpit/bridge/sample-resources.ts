// What guests use: Cockpit's bridge samples it while somebody looks, and starts no process for that.
import { MetricsReader } from '../model/metrics-reader.ts';
import {
  type Histories,
  type ResourceSample,
  type Sampled,
  type Sampler,
  samplers,
  withValues,
} from '../model/resources.ts';
import { cockpit } from './cockpit.ts';

/** In milliseconds. */
const interval = 2000;

/** What is known of each guest that was looked at: it is there when somebody comes back. */
const known = new Map<string, Histories>();

export const historiesOf = (guest: string): Histories => known.get(guest) ?? {};

/** Samples what a guest uses, and calls back when there is more. Returns how to end it. */
export function sampleResources(of: Sampled, changed: (histories: Histories) => void): () => void {
  const ends = samplers.map((sampler) =>
    open(sampler, of, (values) => {
      const histories = withValues(historiesOf(of.name), values, Date.now());
      known.set(of.name, histories);
      changed(histories);
    }),
  );
  return () => {
    for (const end of ends) end();
  };
}

function open({ metrics, read }: Sampler, of: Sampled, tell: (values: ResourceSample) => void): () => void {
  const options = { payload: 'metrics1', source: 'internal', interval, metrics, superuser: 'try' };
  const channel = cockpit.channel(options);
  const reader = new MetricsReader();
  channel.addEventListener('message', (_, data) => {
    const values = reader.read(data);
    if (values) tell(read(values, of));
  });
  return () => channel.close();
}
