// Plays scripts: rounds from guests that were just made, each time. That is how a failed round is reduced, and how it is looked for
// again afterwards.
import { lookAtAll } from './facts.ts';
import { invariantOf } from './invariants.ts';
import { modelOf } from './model.ts';
import type { Round } from './plan.ts';
import { reduce, type Script } from './reduce.ts';
import { playRound, settle, type Violation } from './run.ts';
import { originsOf } from './site.ts';
import { type Cast, clear, edit, offer, remake, type Stage, setStage } from './stage.ts';
import { tell } from './tell.ts';

export interface Player {
  /** Plays a script: what is wrong after the first round of it that fails. */
  play(script: Script): Promise<readonly Violation[]>;
  end(): Promise<void>;
}

/** Plays on one host, as long as that can go on. `say`: where to tell of failures. */
export function player(cast: readonly Cast[], ownDisk: boolean, say?: (text: string) => void): Player {
  let stage: Stage | undefined;
  const end = async () => {
    if (stage) await clear(stage.host, ownDisk);
    stage = undefined;
  };
  return {
    end,
    play: async (script) => {
      if (stage && !(await startAnew(stage, cast))) await end();
      stage ??= await setStage(cast, ownDisk);
      for (const round of script) {
        const began = Date.now();
        const wrong = await playRound(stage, round);
        if (say && wrong.length > 0) await tell(stage, wrong, began, say);
        if (wrong.length > 0) return wrong;
      }
      return [];
    },
  };
}

/** Makes all guests anew, as they were at first. Answers whether that went well. */
async function startAnew(stage: Stage, cast: readonly Cast[]): Promise<boolean> {
  const { guests } = stage;
  if ((await settle(stage)).length > 0) return false;
  const made = guests.map(async (guest) => {
    const { policy, share } = cast.find(({ name }) => name === guest.name) ?? {};
    if (!policy || share === 0) return;
    guest.elsewhere.clear();
    await edit(stage, guest, { origin: 'ref', ...policy });
    guest.elsewhere.clear();
    await offer(stage, guest, 'good', 0);
    await remake(stage, guest);
    guest.model = modelOf(originsOf[guest.flavour].length);
  });
  if (!(await Promise.allSettled(made)).every(({ status }) => status === 'fulfilled')) return false;
  // What was written last is something else now.
  const facts = await lookAtAll(stage.host, guests);
  for (const guest of guests) guest.before = facts.get(guest.name);
  return true;
}

export interface Failure {
  /** All rounds of the campaign, up to the one that failed. */
  readonly rounds: Script;
  readonly wrong: readonly Violation[];
}

/** How many rounds before the one that failed are played with it, until it fails again. */
const lookBack = [0, 1, 3, 7];
/** A machine schedules what happens at once as it likes. */
const tries = 3;

/** Answers the smallest script that fails in the same way; undefined if it does not fail again. */
export async function reduceFailure(
  { rounds, wrong }: Failure,
  player: Player,
  { until, say }: { readonly until: number; readonly say: (text: string) => void },
): Promise<Script | undefined> {
  const names = new Set(wrong.map(({ what }) => invariantOf(what)));
  const fails = async (script: Script): Promise<boolean> => {
    for (let left = tries; left > 0 && Date.now() < until; left -= 1) {
      const found = await player.play(script);
      if (found.some(({ what }) => names.has(invariantOf(what)))) return true;
    }
    return false;
  };
  for (const more of lookBack.filter((more) => more < rounds.length)) {
    const script = rounds.slice(-1 - more);
    if (!(await fails(script))) continue;
    say(`  it fails again with ${more} rounds before it; what is not needed is left out now`);
    return reduce(script, fails);
  }
  return undefined;
}

/** As a file that `npm run campaign -- --script FILE` plays. */
export const textOf = (script: readonly Round[]): string => JSON.stringify(script, undefined, 2);
