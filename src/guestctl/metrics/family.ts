// Formats metrics for Prometheus. No side effects. Samples have no timestamps of ours: node_exporter refuses them.
import { printableLine } from '../../host/printable.ts';

type Labels = Readonly<Record<string, string>>;
export type Sample = readonly [labels: Labels, value: number];

/** Returns a metric, which is a gauge. Empty if there are no samples: promtool(1) complains about help without a metric. */
export function family(name: string, help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return '';
  const lines = samples.map(([labels, value]) => `${name}${labelText(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`;
}

/** Converts milliseconds. */
export const seconds = (milliseconds: number): number => Math.round(milliseconds) / 1000;

function labelText(labels: Labels): string {
  const all = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`);
  return all.length > 0 ? `{${all.join(',')}}` : '';
}

/** Escapes a value of a label. A version comes from a tree: it may be long, and have any characters. */
const escaped = (value: string): string =>
  printableLine(value).slice(0, longest).replace(/[\\"]/g, '\\$&').replace(loneSurrogate, '\ufffd');
/** The maximum length of a value in characters. */
const longest = 200;
const loneSurrogate = /\p{Cs}/gu;
