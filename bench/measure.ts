// Runs the measuring loop in the test host.
import type { Host } from '../test/host/host.ts';
import { type Contender, parseRound, roundScript } from './loop.ts';
import type { Measured } from './results.ts';

/** What was measured of a contender: its milliseconds in each round. */
type Measurements = (contender: Contender) => Measured;

/** For a quick look: BENCH_ROUNDS=1, or more. */
const atMost = Number(process.env['BENCH_ROUNDS'] || Number.POSITIVE_INFINITY);

/** The milliseconds that each contender took in each round, in an environment of nothing but the PATH. */
export async function measure(
  host: Host,
  contenders: readonly Contender[],
  { rounds, beforeRound }: { rounds: number; beforeRound?: string },
): Promise<Measurements> {
  const samples = new Map(contenders.map((contender) => [contender, [] as number[]]));
  for (let round = 0; round <= Math.min(rounds, atMost); round += 1) {
    // Whoever is next to a slow one is not so each time.
    const order = round % 2 === 0 ? contenders : contenders.toReversed();
    await host.write('/run/bench/round', roundScript(order, beforeRound));
    const output = await host.sh('env -i "PATH=$PATH" bash --noprofile --norc /run/bench/round');
    const milliseconds = parseRound(order, output);
    // The first finds nothing cached.
    if (round > 0)
      for (const [place, contender] of order.entries())
        samples.get(contender)?.push(milliseconds[place] ?? 0);
  }
  return (contender) => ({ name: contender.name, samples: samples.get(contender) ?? [] });
}
