// What Cockpit's bridge samples of the host, as long as a channel is open: no process is started for that.
import { type Metric, MetricsReader, type MetricValues } from '../model/metrics-reader.ts';
import { cockpit } from './cockpit.ts';

interface Sampling {
  readonly metrics: readonly Metric[];
  /** In milliseconds. */
  readonly interval: number;
  /** For metrics that other users cannot read. */
  readonly superuser?: 'try';
}

/** Samples metrics, and calls back with the values of each. Returns how to end it. */
export function sampleMetrics(
  sampling: Sampling,
  tell: (values: readonly MetricValues[]) => void,
): () => void {
  const channel = cockpit.channel({ payload: 'metrics1', source: 'internal', ...sampling });
  const reader = new MetricsReader();
  channel.addEventListener('message', (_, data) => {
    const values = reader.read(data);
    if (values) tell(values);
  });
  return () => channel.close();
}
