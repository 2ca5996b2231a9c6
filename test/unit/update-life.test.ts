// The picture in docs/updates.md, "The life of an update", against the rules: a model of a guest follows each rule in each
// situation that can be reached, and the ways from one state to another are those of the picture.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { UpdatePolicy } from '../../src/config/policy.ts';
import * as assess from '../../src/steps/assess/rule.ts';
import * as boot from '../../src/steps/boot/rule.ts';
import * as rehearsal from '../../src/steps/rehearse/rule.ts';
import * as turn from '../../src/steps/switch/rule.ts';
import { type OnWish, onWish, type RollbackTarget } from '../../src/steps/update/rollback-rule.ts';
import * as update from '../../src/steps/update/rule.ts';
import { commit, named } from './names.ts';

/**
 * Each decision of each rule. Drawn: it takes an update from one state to another. Stays: it leaves the update in its state.
 * Other: it is not about one update of a guest that exists and does not manage itself.
 */
const decisions: Record<
  | boot.BootDecision['kind']
  | assess.TrialConsequence['kind']
  | rehearsal.RehearsalConsequence['kind']
  | turn.SwitchDecision['kind']
  | update.OnOffer['kind']
  | update.OnFetched['kind']
  | OnWish<RollbackTarget>['kind'],
  'drawn' | 'stays' | 'other'
> = {
  fetch: 'drawn',
  stage: 'drawn',
  claim: 'drawn',
  deploy: 'drawn',
  complete: 'drawn',
  bless: 'drawn',
  giveUp: 'drawn',
  rollBack: 'drawn',
  reject: 'drawn',
  ask: 'drawn',

  announce: 'stays',
  keepFetched: 'stays',
  leaveRejected: 'stays',
  leave: 'stays',
  pass: 'stays',
  fail: 'stays',
  restart: 'stays',
  leaveStopped: 'stays',
  leaveHeld: 'stays',
  nothing: 'stays',
  countStart: 'stays',
  boot: 'stays',
  startAgain: 'stays',
  discount: 'stays',

  create: 'other',
  notCreated: 'other',
  noteBootList: 'other',
  putOnTrial: 'other',
  forgetRollback: 'other',
  keepFailed: 'other',
  leaveInVain: 'other',
  callOff: 'other',
  refuse: 'other',
  refuseVar: 'other',
};

/** All that counts of a guest that ran deployment a, z before that, and is offered commit b. */
interface World {
  /** The boot list. */
  readonly list: readonly string[];
  readonly isWhole: boolean;
  readonly staged: boolean;
  readonly claimed: boolean;
  /** While b is on trial: the starts that it has left, and the one to go back to. */
  readonly trial?: { readonly left: number; readonly fallback: string } | undefined;
  readonly isRejected: boolean;
  /** The deployment that somebody asked for. */
  readonly wish?: string | undefined;
  /** What the start that goes on has tried. */
  readonly tried: readonly boot.Act['kind'][];
  /** What of that has failed. */
  readonly failed: readonly boot.Act['kind'][];
}

const beginning: World = {
  list: ['a', 'z'],
  isWhole: false,
  staged: false,
  claimed: false,
  isRejected: false,
  tried: [],
  failed: [],
};

const states = [
  'offered',
  'fetched',
  'staged',
  'claimed',
  'deployed',
  'onTrial',
  'good',
  'rejected',
] as const;

function stateOf({ list, isWhole, staged, claimed, trial, isRejected }: World): (typeof states)[number] {
  if (list[0] === 'b') return trial ? 'onTrial' : claimed ? 'deployed' : 'good';
  if (isRejected) return 'rejected';
  if (staged) return 'staged';
  if (claimed) return 'claimed';
  return isWhole ? 'fetched' : 'offered';
}

type Move = readonly [decision: string, after: World];

const theUpdate = { checksum: commit('b'), refspec: 'site:x', time: 0 };
const deployment = (name: string) => ({
  name: named(name),
  checksum: commit(name),
  serial: 0,
  title: name,
  path: `/${name}`,
  entry: { file: '', version: 0 },
});

function updates(world: World): Move[] {
  const found: update.UpdateState = {
    deployments: world.list.map(deployment),
    staged: world.staged || world.claimed ? theUpdate : undefined,
    rollback: wishOf(world),
    offered: 'b',
    isWhole: world.isWhole,
    rejection: world.isRejected ? { checksum: commit('b'), reason: 'x', time: 0 } : undefined,
  };
  const policies = (['check', 'fetch', 'stage', 'switch'] as const).flatMap((action) =>
    [true, false].map((rehearse): Pick<UpdatePolicy, 'action' | 'rehearse'> => ({ action, rehearse })),
  );
  return policies.flatMap((policy) => {
    const { kind } = update.onOffer(found, policy);
    if (kind !== 'fetch') return [[kind, world]] as Move[];
    if (!world.isWhole) return [[kind, { ...world, isWhole: true }]] as Move[];
    const next = update.onFetched(found, policy);
    return next.kind === 'stage' ? stages(world, next.rehearses) : ([[next.kind, world]] as Move[]);
  });
}

const verdicts = [
  { kind: 'healthy', failedUnits: [] },
  { kind: 'faulty', fault: 'x' },
  { kind: 'hindered', lack: 'x' },
  { kind: 'stopped' },
] as const satisfies readonly assess.Verdict[];

const stages = (world: World, rehearses: boolean): Move[] => [
  ['stage', { ...world, staged: true }],
  ...(rehearses ? rehearsals(world) : []),
];

const rehearsals = (world: World): Move[] =>
  [...verdicts, { kind: 'incomparable', fault: 'x', reference: 'y' } as const].map((verdict) => {
    const consequence = rehearsal.consequenceOf(
      verdict,
      'b',
      world.staged || world.claimed ? 'b' : undefined,
    );
    if (consequence.kind !== 'reject') return [consequence.kind, world];
    // What is deployed stays claimed.
    const unstaged = { ...world, staged: false, claimed: world.claimed && world.list[0] === 'b' };
    return [consequence.kind, rejected(consequence.unstages ? unstaged : world)];
  });

/** Sooner or later, what is rejected is cleaned up. */
const rejected = (world: World): World => ({ ...world, isRejected: true, isWhole: false });

function switches(world: World): Move[] {
  const found: turn.SwitchState = {
    deployments: world.list.map(deployment),
    // As stagedHere() has it.
    staged: (world.staged || world.claimed) && world.list[0] !== 'b' ? theUpdate : undefined,
    rollback: wishOf(world),
    booted: `/${world.list[0]}`,
    inVain: undefined,
    hold: undefined,
    isRunning: true,
  };
  const states = [true, false].flatMap((isRunning) =>
    [undefined, { kind: 'window' } as const].map((hold) => ({ isRunning, hold })),
  );
  return states.flatMap((state) => {
    const decision = turn.decide({ ...found, ...state }, { rehearse: true, notBefore: 0, window }, 'timer');
    const rehearses = decision.kind === 'restart' && decision.rehearses;
    return [[decision.kind, world] as Move, ...(rehearses ? rehearsals(world) : [])];
  });
}

/** Updates are deployed only in windows: a start is in one, or it is not. */
const window = { begins: ['Sun'], length: 1 };

const starts = (world: World): Move[] => [...startsIn(world, true), ...startsIn(world, false)];

function startsIn(world: World, isInWindow: boolean): Move[] {
  const found: boot.BootState = {
    deployments: world.list.map((name) => ({
      ...deployment(name),
      isPinned: false,
      trial: trialOf(world, name),
    })),
    rollback: wishOf(world),
    staged: world.staged ? theUpdate : undefined,
    claimed: world.claimed ? theUpdate : undefined,
    hold: { at: 0, isInWindow, released: undefined, holdsLock: true },
    isSafe: true,
    tried: world.tried,
    failed: world.failed,
  };
  const decision = boot.decide(found, { by: 'host', keep: 2, notBefore: 0, window });
  if (decision.kind === 'boot' || decision.kind === 'notCreated')
    return [
      [decision.kind, { ...world, tried: [], failed: [] }],
      ...(decision.kind === 'boot' && decision.deployment.name === 'b' ? judgements(world) : []),
    ];
  const tried = [...world.tried, decision.kind];
  // It works, or it fails.
  return [
    [decision.kind, { ...after(decision, world), tried }],
    [decision.kind, { ...world, tried, failed: [...world.failed, decision.kind] }],
  ];
}

const trialOf = ({ trial }: World, name: string) =>
  name === 'b' && trial
    ? { ...trial, fallback: named(trial.fallback), deployment: named('b'), since: 0, tries: 2 }
    : undefined;

function after(act: boot.Act, world: World): World {
  const front = (name: string) => [name, ...world.list.filter((one) => one !== name)];
  switch (act.kind) {
    case 'rollBack':
      return {
        ...world,
        list: front(act.to.name),
        staged: false,
        claimed: false,
        trial: undefined,
        wish: undefined,
      };
    case 'giveUp':
      return { ...rejected(world), list: front(act.fallback.name), trial: undefined };
    case 'claim':
      return { ...world, staged: false, claimed: true };
    case 'deploy':
      return { ...world, list: front('b') };
    case 'complete': {
      const list = world.list.filter((name) => !act.leftOut.some((one) => one.name === name));
      return {
        ...world,
        list,
        claimed: false,
        trial: act.trial?.isNew ? { left: 2, fallback: act.trial.fallback } : world.trial,
      };
    }
    case 'countStart':
      return { ...world, trial: world.trial && { ...world.trial, left: act.trial.left - 1 } };
    default:
      throw new Error(`${act.kind} is not expected here`);
  }
}

/** A guest that was started on trial is judged. */
function judgements(world: World): Move[] {
  const { trial, list } = world;
  if (!trial || list[0] !== 'b') return [];
  const judged = { ...world, tried: [], failed: [] };
  return verdicts.map((verdict) => {
    const consequence = assess.consequenceOf(verdict, trial);
    switch (consequence.kind) {
      case 'bless':
        return [consequence.kind, { ...judged, trial: undefined }];
      case 'discount':
        return [consequence.kind, { ...judged, trial: { ...trial, left: Math.min(2, trial.left + 1) } }];
      case 'startAgain':
        return [consequence.kind, { ...judged, isRejected: world.isRejected || consequence.isRejected }];
      default:
        return [consequence.kind, judged];
    }
  });
}

/** What a person does: going back from b, or from what was before it; forgiving b. */
function persons(world: World): Move[] {
  const isDefault = world.list[0] === 'b';
  if (stateOf(world) === 'rejected') return [['forgive', { ...world, isRejected: false }]];
  if (!isDefault && world.list.includes('b')) return [];
  const targets = world.list.map((name) => ({
    name: named(name),
    checksum: commit(name),
    hasSnapshot: false,
    hasFailed: name === 'b' && world.isRejected,
  }));
  const decision = onWish(targets, undefined, false);
  if (decision.kind !== 'ask') return [];
  // What is deployed stays claimed.
  const asked = { ...world, staged: false, claimed: world.claimed && isDefault, wish: decision.target.name };
  return [['ask', decision.rejects && isDefault ? rejected(asked) : asked]];
}

const wishOf = ({ wish }: World) =>
  wish === undefined ? undefined : { deployment: named(wish), var: false, time: 0 };

/** Follows all rules from the beginning. */
function explore(): { ways: Set<string>; seen: Set<string> } {
  const [ways, seen, known] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const worlds = [beginning];
  for (let world = worlds.pop(); world; world = worlds.pop()) {
    if (known.has(JSON.stringify(world))) continue;
    known.add(JSON.stringify(world));
    if (known.size > 10_000) throw new Error('The rules never come to an end');
    const isStarting = world.tried.length > 0;
    // A guest that is starting is left alone by all but the start itself, and by who wants to see it elsewhere.
    const moves = [
      ...starts(world),
      ...(isStarting ? [] : [...updates(world), ...switches(world), ...persons(world)]),
    ];
    for (const [decision, next] of moves) {
      seen.add(decision);
      if (stateOf(next) !== stateOf(world)) ways.add(`${stateOf(world)} --> ${stateOf(next)}: ${decision}`);
      worlds.push(next);
    }
  }
  return { ways, seen };
}

const drawing =
  /^## The life of an update\n.*?^```mermaid\nstateDiagram-v2\n(.*?)^```\n/ms.exec(
    readFileSync('docs/updates.md', 'utf8'),
  )?.[1] ?? '';
const drawn = [...drawing.matchAll(/^ +(\w+) --> (\w+): (\w+)$/gm)].map(
  ([, from, to, by]) => `${from} --> ${to}: ${by}`,
);

const { ways, seen } = explore();
const kinds = (which: string) =>
  Object.entries(decisions)
    .filter(([, one]) => one === which)
    .map(([kind]) => kind)
    .sort();

const inDecisions = 'Correct what `decisions` in this file says of these decisions';

test('the ways in the picture are those that the rules allow', () => {
  expect(
    [...ways].sort(),
    'Draw the ways marked "-" in docs/updates.md, "The life of an update", and remove those marked "+"',
  ).toEqual(drawn.sort());
});

test('each state is drawn', () => {
  expect(
    [...new Set(drawn.flatMap((way) => way.split(/ --> |: /).slice(0, 2)))].sort(),
    'The states in docs/updates.md, "The life of an update", and `states` in this file must be the same',
  ).toEqual([...states].sort());
});

test('each decision that takes an update further is drawn, and no other', () => {
  const labels = new Set([...ways].map((way) => way.split(': ')[1]).filter((label) => label !== 'forgive'));
  expect([...labels].sort(), inDecisions).toEqual(kinds('drawn'));
});

test('each decision that leaves it where it is was met', () => {
  const met = [...seen].filter((kind) => kind !== 'forgive');
  expect(met.sort(), inDecisions).toEqual([...kinds('drawn'), ...kinds('stays')].sort());
});
