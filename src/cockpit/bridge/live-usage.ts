// What all guests use now, as long as somebody looks.
import { type GuestUsage, usageMetrics, usageOf } from '../model/guest-usage.ts';
import { sampleMetrics } from './sample-metrics.ts';
import { Store } from './store.ts';

export const liveUsage: Store<ReadonlyMap<string, GuestUsage>> = new Store(new Map(), () =>
  sampleMetrics({ metrics: usageMetrics, interval: 3000 }, (values) => liveUsage.set(usageOf(values))),
);
