// A campaign on one host: round after round, until one cannot go on.
import { processorTime } from '../host/cgroup.ts';
import { canRehearse } from '../host/guests.ts';
import type { Model } from './model.ts';
import { drawRound, type Round } from './plan.ts';
import type { Failure } from './replay.ts';
import { playRound } from './run.ts';

import { type Cast, clear, setStage } from './stage.ts';
import { tell } from './tell.ts';

export interface Options {
  readonly seed: number;
  readonly rounds: number;
  /** The number of the round to begin with. */
  readonly first?: number;
  /** In milliseconds since 1970: no round is begun after it. */
  readonly until: number;
  readonly say: (text: string) => void;
  readonly cast?: readonly Cast[];
  readonly ownDisk?: boolean;
}

export interface Result {
  readonly rounds: number;
  readonly failures: readonly Failure[];
  readonly seconds: number;
}

/** Names of which one begins with another; policies and origins that differ; one that takes long, and one that nothing happens to. */
export const usualCast: readonly Cast[] = [
  { name: 'mail', flavour: 'light', policy: { action: 'stage', tries: 2, keep: 2 } },
  {
    name: 'mail-2',
    flavour: 'light',
    policy: { action: 'switch', tries: 3, keep: 2, overHttp: true, origin: 'image' },
  },
  {
    name: 'web',
    flavour: 'light',
    policy: { action: 'stage', tries: 2, keep: 3, rehearse: canRehearse, origin: 'build' },
    share: 0.5,
  },
  {
    name: 'whole',
    flavour: 'whole',
    policy: { action: 'stage', tries: 2, keep: 2, overHttp: true },
    share: 0.1,
  },
  { name: 'bystander', flavour: 'light', policy: { action: 'stage', tries: 2, keep: 2 }, share: 0 },
];

export async function campaign({
  seed,
  rounds,
  first = 1,
  until,
  say,
  cast = usualCast,
  ownDisk = false,
}: Options): Promise<Result> {
  const stage = await setStage(cast, ownDisk);
  const began = Date.now();
  let played = 0;
  const [all, failures]: [Round[], Failure[]] = [[], []];
  try {
    let models: ReadonlyMap<string, Model> = new Map(stage.guests.map(({ name, model }) => [name, model]));
    const shareOf = (guest: string) => cast.find(({ name }) => name === guest)?.share ?? 1;
    for (let number = 1; number < first + rounds && Date.now() < until; number += 1) {
      const drawn = drawRound(seed, number, models, shareOf);
      models = drawn.models;
      all.push(drawn.round);
      if (number < first) continue;
      const began = Date.now();
      const cpu = processorTime(stage.host.work);
      const wrong = await playRound(stage, drawn.round).catch((error: unknown) => {
        throw new Error(`seed ${seed} round ${number} could not be played`, { cause: error });
      });
      played += 1;
      const seconds = ((Date.now() - began) / 1000).toFixed(1);
      say(
        `seed ${seed} round ${number}: ${describe(drawn.round)} (${seconds} s, ${taken(cpu, processorTime(stage.host.work))} s of CPU: ${stage.times})${wrong.length > 0 ? ' FAILED' : ''}`,
      );
      if (process.env['CAMPAIGN_LOG'])
        for (const { name, log } of stage.guests) say(`${name}\n    ${log.join('\n    ')}`);
      if (wrong.length === 0) continue;
      failures.push({ rounds: [...all], wrong });
      await tell(stage, wrong, began, say);
      if (wrong.some(({ guest }) => guest === '')) break;
    }
  } finally {
    await clear(stage.host, ownDisk);
  }
  return { rounds: played, failures, seconds: (Date.now() - began) / 1000 };
}

/** A power cut begins anew. */
const taken = (before: number, after: number): string => (after - (after < before ? 0 : before)).toFixed(1);

const describe = ({ steps, host }: Round): string =>
  `${Object.values(steps).reduce((sum, { length }) => sum + length, 0)} actions${host ? ` and ${host.action}` : ''}`;
