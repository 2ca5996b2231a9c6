// Runs the measuring loop in the test host.
import type { Host } from '../test/host/host.ts';
import { detail } from '../test/host/say.ts';
import { type Contender, parseRound, roundScript, type Times } from './loop.ts';
import type { Measured } from './results.ts';

/** What was measured of a contender in each round: milliseconds. */
export interface Measurements {
  elapsed(contender: Contender): Measured;
  /** Processor time, unless the contender says otherwise. */
  spent(contender: Contender): Measured;
}

/** For a quick look: BENCH_ROUNDS=1, or more. */
export const fewer = (rounds: number): number =>
  Math.min(rounds, Number(process.env['BENCH_ROUNDS'] || rounds));

/** Measures each contender in each round. */
export async function measure(
  host: Host,
  contenders: readonly Contender[],
  { rounds, beforeRound }: { rounds: number; beforeRound?: string },
): Promise<Measurements> {
  const samples = new Map(contenders.map((contender) => [contender, [] as Times[]]));
  for (let round = 0; round <= fewer(rounds); round += 1) {
    // Whoever is next to a slow one is not so each time.
    const order = round % 2 === 0 ? contenders : contenders.toReversed();
    await host.write('/run/bench/round', roundScript(order, beforeRound));
    const output = await host.sh('env -i "PATH=$PATH" bash --noprofile --norc /run/bench/round');
    const times = parseRound(order, output);
    detail(`round ${round}: ${order.map(({ name }, place) => `${name} ${times[place]}`).join(', ')}`);
    // The first finds nothing cached.
    if (round > 0)
      for (const [place, contender] of order.entries()) samples.get(contender)?.push(times[place] ?? [0, 0]);
  }
  const figures = (which: 0 | 1) => (contender: Contender) => ({
    name: contender.name,
    samples: (samples.get(contender) ?? []).map((times) => times[which]),
  });
  return { elapsed: figures(0), spent: figures(1) };
}
