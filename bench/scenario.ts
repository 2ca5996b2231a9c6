import type { Host } from '../test/host/host.ts';
import type { Cost, Row } from './results.ts';

/** Something that people do. Each has a host of its own, so that it runs by itself, and leaves nothing to the next. */
export interface Scenario {
  /** On the command line: npm run bench -- NAME. Also of its table in docs/performance.md. */
  readonly name: string;
  measure(host: Host): Promise<Outcome>;
}

interface Outcome {
  readonly rows: readonly Row[];
  readonly costs?: readonly Cost[];
}
