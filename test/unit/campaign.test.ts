import { expect, test } from 'vitest';
import { guestActions } from '../campaign/actions.ts';
import type { Facts } from '../campaign/facts.ts';
import { invariantNames, type Seen, violations } from '../campaign/invariants.ts';
import { apply, type Kind, type Model, modelOf, newModel, nextRound } from '../campaign/model.ts';
import { actionOf, drawRound } from '../campaign/plan.ts';
import { randomFrom } from '../campaign/random.ts';
import { reduce, type Script } from '../campaign/reduce.ts';

/** What the model makes of actions, one after the other. */
const after = (...names: string[]): Model =>
  names.reduce((model, name) => actionOf(name).effect(model), newModel);

const draw = (seed: number, rounds: number) => {
  let models: ReadonlyMap<string, Model> = new Map(['a', 'b'].map((name) => [name, newModel]));
  return Array.from({ length: rounds }, (_, number) => {
    const drawn = drawRound(seed, number, models);
    models = drawn.models;
    return drawn.round;
  });
};

test('a seed draws the same rounds each time, and another one draws others', () => {
  expect(draw(7, 20)).toEqual(draw(7, 20));
  expect(draw(7, 20)).not.toEqual(draw(8, 20));
});

test('a tree clashes only with a guest that has the file', () => {
  const publish = actionOf('publish clashing');
  expect(publish.possible(newModel)).toBe(true);
  expect(publish.possible(after('remove and create'))).toBe(false);
});

test('chance is spread over all that there is, by its weight', () => {
  const random = randomFrom(1, 2);
  const picked = Array.from({ length: 2000 }, () =>
    random.pick(['rare', 'often'], (one) => (one === 'rare' ? 1 : 9)),
  );
  const rare = picked.filter((one) => one === 'rare').length;
  expect(rare).toBeGreaterThan(100);
  expect(rare).toBeLessThan(300);
});

test('every action is drawn before long', () => {
  const drawn = new Set(
    draw(1, 300).flatMap(({ steps }) =>
      Object.values(steps)
        .flat()
        .map(({ action }) => action),
    ),
  );
  expect([...drawn].sort()).toEqual(guestActions.map(({ name }) => name).sort());
});

test('the model knows whether a guest is to be up', () => {
  expect(after('stop').wanted).toBe('down');
  expect(after('crash').wanted).toBe('either');
  expect(after('crash', 'start').wanted).toBe('up');
  expect(nextRound(after('crash')).wanted).toBe('up');
  expect(nextRound(after('stop')).wanted).toBe('down');
  expect(actionOf('machinectl reboot').possible(after('stop'))).toBe(false);
});

test('the model knows that it does not know how two things end that are done at once', () => {
  const crashing = apply(newModel, actionOf('crash').effect, false);
  expect(apply(crashing, actionOf('start').effect, true).wanted).toBe('either');
  expect(apply(crashing, actionOf('write').effect, true).wanted).toBe('either');
  const starting = apply(newModel, actionOf('restart').effect, false);
  expect(apply(starting, actionOf('write').effect, true).wanted).toBe('up');
});

test('the model counts starts that may be cut short, in one round', () => {
  expect(after('restart', 'write', 'crash').cutShort).toBe(2);
  expect(nextRound(after('restart')).cutShort).toBe(0);
});

test('the model knows which of its origins a guest follows', () => {
  const faulty = actionOf('publish faulty').effect(newModel);
  const [one, two, three] = [1, 2, 3].map(
    (further) => actionOf(`follow another origin, ${further} further`).effect,
  );
  expect(one?.(faulty)).toMatchObject({ offered: 'good', elsewhere: ['good', 'good', 'faulty'] });
  expect(three?.(one?.(faulty) ?? newModel)).toEqual(faulty);
  expect(two?.(two(faulty))).toEqual(faulty);
  expect(actionOf('follow another origin, 2 further').possible(modelOf(2))).toBe(false);
});

const [old, fresh] = ['a'.repeat(64), 'b'.repeat(64)];
const deployment = (checksum: string, etc = 1, pinned = false) => ({
  name: `${checksum}.0`,
  checksum,
  etc,
  pinned,
});
const facts = (some: Partial<Facts> = {}): Facts => ({
  state: 'active',
  deployments: [deployment(old)],
  root: `${old}.0`,
  staged: undefined,
  rollback: undefined,
  rehearsed: undefined,
  trials: [],
  rejected: [],
  undeployed: undefined,
  var: 1,
  history: [],
  damaged: [],
  ...some,
});
const told = [{ time: '2026', action: 'update', outcome: 'staged', to: fresh, message: '' }];
/** What is violated by this, if all else is well. */
const wrong = (after: Partial<Facts>, more: Partial<Omit<Seen, 'after'>> & { fresh?: Kind } = {}) => {
  const kinds = new Map<string, Kind>([
    [old, 'good'],
    [fresh, more.fresh ?? 'good'],
  ]);
  return violations({
    model: newModel,
    before: facts(),
    kinds,
    writes: [],
    updated: undefined,
    tries: 2,
    keep: 2,
    rehearse: false,
    ...more,
    after: facts({ history: told, ...after }),
  }).map((violation) => violation.split(':')[0]);
};
const updated: Partial<Facts> = {
  deployments: [deployment(fresh), deployment(old)],
  root: `${fresh}.0`,
};
const notOnTrial = (message: string) => ({
  time: '2026',
  action: 'switch',
  outcome: 'blessed',
  to: fresh,
  message,
});

test('a guest that is as it was, or updated, violates nothing', () => {
  expect(wrong({})).toEqual([]);
  expect(wrong(updated)).toEqual([]);
  expect(wrong({ staged: fresh }, { updated: { commit: fresh } })).toEqual([]);
});

/** Deployments that a guest keeps. Their names are unlike. */
const unpinned = (count: number) =>
  Array.from({ length: count }, (_, number) => ({ ...deployment(old), name: `${old}.${number}` }));

const runs = 'a guest that should run runs, and one that was stopped stays stopped';
const rejected = 'nothing good is rejected, unless by hand or because its starts were cut short';
const etc = '/etc is what was written last, into the deployment or the one it was merged from';
const reason = 'it ended by itself';

/** Each breaks one invariant, and no other. */
const breaking: [string, Partial<Facts>, Parameters<typeof wrong>[1]?][] = [
  [runs, { state: 'inactive' }],
  [runs, { state: 'active' }, { model: after('stop') }],
  ['its files can be read', { damaged: ['staged.json'] }],
  ['there is something to boot', { state: 'inactive', deployments: [] }, { model: after('stop') }],
  ['what runs is the default deployment', { root: `${fresh}.0` }],
  ['what runs is good', updated, { fresh: 'faulty' }],
  ['nothing is on trial for ever', { trials: [`${old}.0+1.json`] }],
  ['what fails its check is never blessed', { history: [notOnTrial('')] }, { fresh: 'faulty' }],
  [rejected, { rejected: [{ checksum: fresh, reason }] }],
  [rejected, { rejected: [{ checksum: fresh, reason: 'rolled back to 1 by hand' }] }],
  [
    rejected,
    { rejected: [{ checksum: fresh, reason }] },
    { fresh: 'clashing', model: after('crash', 'crash') },
  ],
  ['what was brought is staged, booted, or rejected', {}, { updated: { commit: fresh } }],
  ['nothing is staged that was not rehearsed', { staged: fresh, rehearsed: old }, { rehearse: true }],
  ['history tells of what is booted', { ...updated, history: [] }],
  [
    'history tells of what is rejected',
    { rejected: [{ checksum: fresh, reason }], history: [] },
    { fresh: 'faulty' },
  ],
  [rejected, { rejected: [{ checksum: fresh, reason }] }, { fresh: 'returning' }],
  [
    'a pinned deployment is kept',
    {},
    { before: facts({ deployments: [deployment(old), deployment(fresh, 1, true)] }) },
  ],
  [
    'no more deployments are kept than were asked for',
    { ...updated, deployments: [deployment(fresh), ...unpinned(5)] },
    { before: facts({ deployments: unpinned(5) }) },
  ],
  [
    '/var is what was written last',
    { deployments: [deployment(old, 2)] },
    { writes: [{ value: 2, deployment: `${old}.0` }] },
  ],
  [etc, { var: 2 }, { writes: [{ value: 2, deployment: `${old}.0` }] }],
  [
    etc,
    { ...updated, var: 2, deployments: [deployment(fresh, 1), deployment(old, 2)] },
    { writes: [{ value: 2, deployment: `${old}.0` }] },
  ],
];

test.each(breaking)('it is seen that %s', (name, facts, more) => {
  expect(wrong(facts, more)).toEqual([name]);
});

test('each invariant can fail', () => {
  expect([...new Set(breaking.map(([name]) => name))].sort()).toEqual([...invariantNames].sort());
});

test('what may be is not taken for wrong', () => {
  const isRejected = { rejected: [{ checksum: fresh, reason }] };
  expect(wrong(isRejected, { fresh: 'faulty' })).toEqual([]);
  expect(wrong(isRejected, { model: after('crash', 'restart') })).toEqual([]);
  expect(wrong({ state: 'inactive' }, { model: after('crash') })).toEqual([]);
  // It powers itself off, or reboots, in the middle of its check.
  expect(wrong({ ...updated, state: 'inactive' }, { fresh: 'leaving' })).toEqual([]);
  expect(wrong(isRejected, { fresh: 'returning', model: after('restart') })).toEqual([]);
  // A commit of an image or a build that is gone already.
  expect(
    wrong({ rejected: [{ checksum: 'c'.repeat(64), reason }] }, { model: after('kill rehearse') }),
  ).toEqual([]);
  // They were unpinned, and no update was deployed since.
  expect(wrong({ deployments: unpinned(6) }, { before: facts({ deployments: unpinned(6) }) })).toEqual([]);
  // Whether it was written is not known.
  const unsure = { writes: [{ value: 2, deployment: undefined }] };
  expect(wrong({}, unsure)).toEqual([]);
  expect(wrong({ var: 2, deployments: [deployment(old, 2)] }, unsure)).toEqual([]);
});

test('of a script that fails, all is left out that it does not take', async () => {
  const script: Script = draw(3, 4);
  const [number = 0, [guest = '', [needed] = []] = []] = script
    .flatMap(({ number, steps }) => Object.entries(steps).map((entry) => [number, entry] as const))
    .at(1) ?? [0, ['', []]];
  const isThere = (one: Script) =>
    one.some(({ steps }) => steps[guest]?.some(({ luck }) => luck === needed?.luck));
  const least = await reduce(script, async (smaller) => isThere(smaller));
  expect(number).toBe(0);
  // The last round is that of the failure.
  expect(least.map(({ steps, host, completes }) => ({ steps, host, completes }))).toEqual([
    { steps: { [guest]: [{ ...needed, pause: 0, waits: true }] }, host: undefined, completes: undefined },
    { steps: {}, host: undefined, completes: undefined },
  ]);
});

test('what a script takes all of stays as it is', async () => {
  const script: Script = draw(3, 2);
  expect(await reduce(script, async () => false)).toEqual(script);
});
