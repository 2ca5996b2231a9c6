// A campaign on one host: round after round, until one cannot go on.
import { processorTime } from '../host/cgroup.ts';
import { canRehearse } from '../host/guests.ts';
import type { Model } from './model.ts';
import { drawRound, type Round } from './plan.ts';
import type { Failure } from './replay.ts';
import { playRound, type Violation } from './run.ts';
import { type Cast, clear, type Guest, type Stage, setStage } from './stage.ts';

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

/** Names of which one begins with another; policies that differ; one that takes long, and one that nothing happens to. */
export const usualCast: readonly Cast[] = [
  { name: 'mail', flavour: 'light', policy: { action: 'stage', tries: 2, keep: 2 } },
  { name: 'mail-2', flavour: 'light', policy: { action: 'switch', tries: 3, keep: 2, overHttp: true } },
  {
    name: 'web',
    flavour: 'light',
    policy: { action: 'stage', tries: 2, keep: 3, rehearse: canRehearse },
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
      const wrong = await playRound(stage, drawn.round);
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

/** Tells all that is needed to understand a failed round. */
async function tell(
  { host, guests }: Stage,
  wrong: readonly Violation[],
  began: number,
  say: (text: string) => void,
): Promise<void> {
  for (const { guest, what } of wrong) say(`  VIOLATED ${guest}: ${what}`);
  const concerned = guests.filter(({ name }) =>
    wrong.some(({ guest }) => guest === name || guest === '' || guest === 'host'),
  );
  for (const guest of concerned) {
    say(`  what happened to ${guest.name}:`);
    for (const line of guest.log) say(`    ${line}`);
    say(`  its commits: ${commitsOf(guest)}`);
    say(await storyOf(host, guest.name, began));
  }
}

const commitsOf = ({ commits, kinds }: Guest): string =>
  commits
    .slice(-8)
    .map((commit) => `${commit.slice(0, 12)} ${kinds.get(commit)}`)
    .join(', ');

/** Its state, and what happened on its host since the round began. */
async function storyOf(host: Stage['host'], name: string, since: number): Promise<string> {
  const { all } = await host.try(`
    for about in status deployments history; do timeout 20 guestctl $about ${name} | tail -n 25 || true; done
    cd /var/lib/ostree-guests/${name} && find . -path ./sysroot -prune -o -type f -printf '%p %TT\n' || true
    journalctl --sync; journalctl -o short-precise --no-pager --no-hostname --since=@${Math.floor(since / 1000)}`);
  return all.replaceAll(/^/gm, '    ');
}
