// Makes a failing round smaller, for as long as it still fails. The drawing is pure; what fails is asked of a caller, who plays it.
import type { Round, Step } from './plan.ts';

/** The rounds that lead to a failure, from guests that were just made. As JSON it can be kept, and played again. */
export type Script = readonly Round[];

/** Leaves out what is not needed. `fails` plays a script as often as it takes to believe the answer. */
export async function reduce(script: Script, fails: (script: Script) => Promise<boolean>): Promise<Script> {
  let least = script;
  // What was needed for something that is left out now may be left out, too.
  for (let before: Script | undefined; before !== least; ) {
    before = least;
    for (const simplify of [withoutRound, withoutHost, withoutGuest, withoutCompletion, withoutStep, simpler])
      for (let place = 0; ; ) {
        const smaller = simplify(least, place);
        if (!smaller) break;
        // A part that was left out has another one in its place.
        if (sizeOf(smaller) < sizeOf(least) && (await fails(smaller))) least = smaller;
        else place += 1;
      }
  }
  return least;
}

/** Answers the script without its part number `place`; nothing, if it has fewer of them. */
type Simplify = (script: Script, place: number) => Script | undefined;

const withoutRound: Simplify = (script, place) =>
  place < script.length - 1 ? script.toSpliced(place, 1) : undefined;

/** Changes one of all parts of a script: the parts of each round, and what is left of a round without one of them. */
const without =
  <T>(partsOf: (round: Round) => readonly T[], leave: (round: Round, part: T) => Round): Simplify =>
  (script, place) => {
    const all = script.flatMap((round, index) => partsOf(round).map((part) => ({ index, part })));
    const chosen = all[place];
    if (!chosen) return undefined;
    return script.map((round, index) => (index === chosen.index ? leave(round, chosen.part) : round));
  };

const withoutHost = without(
  ({ host }) => (host ? [host] : []),
  ({ host: _, ...round }) => round,
);

const withoutGuest = without(
  ({ steps }) => Object.keys(steps),
  (round, guest) => withSteps(round, guest, []),
);

const withoutCompletion = without(
  ({ completes }) => (completes === undefined ? [] : [completes]),
  (round) => ({ ...round, completes: undefined }),
);

const stepsOf = ({ steps }: Round) =>
  Object.entries(steps).flatMap(([guest, own]) => own.map((step) => ({ guest, step })));

const withoutStep = without(stepsOf, (round, { guest, step }) =>
  withSteps(
    round,
    guest,
    (round.steps[guest] ?? []).filter((one) => one !== step),
  ),
);

/** Without a pause, and waited for. */
const simpler = without(stepsOf, (round, { guest, step }) =>
  withSteps(
    round,
    guest,
    (round.steps[guest] ?? []).map((one) => (one === step ? { ...one, pause: 0, waits: true } : one)),
  ),
);

function withSteps(round: Round, guest: string, left: readonly Step[]): Round {
  const others = Object.entries(round.steps).filter(([name]) => name !== guest);
  return { ...round, steps: Object.fromEntries(left.length > 0 ? [...others, [guest, left]] : others) };
}

/** So that nothing is tried that leaves it as it is. */
function sizeOf(script: Script): number {
  const ofStep = ({ pause, waits }: Step) => 2 + (pause > 0 ? 1 : 0) + (waits ? 0 : 1);
  const ofRound = (round: Round) =>
    1 +
    (round.host ? 1 : 0) +
    (round.completes === undefined ? 0 : 1) +
    stepsOf(round).reduce((sum, { step }) => sum + ofStep(step), 0);
  return script.reduce((sum, round) => sum + ofRound(round), 0);
}
