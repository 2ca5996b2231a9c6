// What a round consists of. It follows from the seed, the number of the round and the models alone.
import { type Action, guestActions, type HostAction, hostActions } from './actions.ts';
import { apply, type Model, nextRound } from './model.ts';
import { type Random, randomFrom } from './random.ts';

export interface Step {
  readonly action: string;
  readonly luck: number;
  /** In milliseconds, before the next one. */
  readonly pause: number;
  /** Whether the next one waits for its end. */
  readonly waits: boolean;
}

export interface Round {
  readonly number: number;
  /** By guest. */
  readonly steps: Readonly<Record<string, readonly Step[]>>;
  readonly host?: Omit<Step, 'waits'>;
  /** The guest, if any, that is to bring a good update to its end when all is over. */
  readonly completes?: string | undefined;
}

export const actionOf = (name: string): Action => found(guestActions, name);
export const hostActionOf = (name: string): HostAction => found(hostActions, name);

function found<T extends { readonly name: string }>(all: readonly T[], wanted: string): T {
  const action = all.find(({ name }) => name === wanted);
  if (!action) throw new Error(`There is no action "${wanted}"`);
  return action;
}

/**
 * Draws a round; answers what the models are after it, as far as they follow from what is drawn. `shareOf`: in what share of the
 * rounds something happens to a guest.
 */
export function drawRound(
  seed: number,
  number: number,
  models: ReadonlyMap<string, Model>,
  shareOf: (guest: string) => number = () => 1,
): { round: Round; models: ReadonlyMap<string, Model> } {
  const random = randomFrom(seed, number);
  const steps: Record<string, readonly Step[]> = {};
  const after = new Map<string, Model>();
  for (const [guest, before] of models) {
    let model = nextRound(before);
    const drawn: Step[] = [];
    const isDrawn = random.number() < shareOf(guest);
    for (let count = isDrawn ? 1 + random.below(5) : 0; count > 0; count -= 1) {
      const action = random.pick(
        guestActions.filter((one) => one.possible(model)),
        ({ weight }) => weight,
      );
      const waits = random.number() < 0.5;
      model = apply(model, action.effect, waits);
      drawn.push({
        action: action.name,
        luck: random.number(),
        pause: pause(random),
        waits,
      });
    }
    steps[guest] = drawn;
    after.set(guest, model);
  }
  const host = random.number() < 0.4 ? drawHost(random) : undefined;
  if (host) for (const [guest, model] of after) after.set(guest, hostActionOf(host.action).effect(model));
  const completes = random.number() < 0.5 ? random.pick([...models.keys()], shareOf) : undefined;
  const completed = completes === undefined ? undefined : after.get(completes);
  if (completes !== undefined && completed)
    after.set(completes, { ...completed, offered: 'good', wanted: 'up' });
  return { round: { number, steps, completes, ...(host && { host }) }, models: after };
}

function drawHost(random: Random): Round['host'] {
  const { name } = random.pick(hostActions, ({ weight }) => weight);
  return { action: name, luck: random.number(), pause: 2 * pause(random) };
}

/** Short ones more often: what is begun at once meets. */
const pause = (random: Random): number => Math.round(random.number() ** 3 * 1200);
