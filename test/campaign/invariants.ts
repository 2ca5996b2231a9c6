// What must be true of a guest when a round is over, whatever happened in it. Pure: each answers what is wrong, if something is.
import type { Deployment, Facts } from './facts.ts';
import type { Write } from './marks.ts';
import { type Kind, type Model, mayRun } from './model.ts';

/** A guest before and after a round, and what happened to it. */
export interface Seen {
  readonly model: Model;
  readonly before: Facts;
  readonly after: Facts;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly writes: readonly Write[];
  /** The last update that went well, and began after the last change of its ref. */
  readonly updated: { readonly commit: string } | undefined;
  readonly tries: number;
  readonly keep: number;
  /** Whether its file has updates rehearsed before they are staged. */
  readonly rehearse: boolean;
}

type Invariant = (seen: Seen) => string | undefined;

const short = (commit: string | undefined): string => commit?.slice(0, 12) ?? 'nothing';

const invariants: Readonly<Record<string, Invariant>> = {
  'a guest that should run runs, and one that was stopped stays stopped': ({ model, after, kinds }) => {
    const wanted = { up: ['active'], down: ['inactive', 'failed'], either: ['active', 'inactive', 'failed'] };
    if (wanted[model.wanted].includes(after.state)) return undefined;
    if (model.wanted === 'up' && isBoot(after, kinds, 'leaving')) return undefined;
    return `its unit is ${after.state}, but it should be ${model.wanted}`;
  },

  'its files can be read': ({ after }) =>
    after.damaged.length > 0 ? `${after.damaged.join(', ')} can not be read` : undefined,

  'there is something to boot': ({ after }) =>
    after.deployments.length === 0 ? 'its boot list is empty' : undefined,

  'what runs is the default deployment': ({ after: { state, root, deployments } }) =>
    state !== 'active' || root === deployments[0]?.name
      ? undefined
      : `it runs ${root}, and the default is ${deployments[0]?.name}`,

  'what runs is good': ({ after, kinds }) => {
    if (after.state !== 'active') return undefined;
    const kind = kinds.get(after.deployments[0]?.checksum ?? '');
    return mayRun(kind) ? undefined : `it runs ${short(after.root)}, which is ${kind}`;
  },

  'nothing is on trial for ever': ({ after: { state, trials } }) =>
    state === 'active' && trials.length > 0 ? `still on trial: ${trials.join(' ')}` : undefined,

  'what fails its check is never blessed': ({ before, after, kinds }) => {
    const blessed = newEntries(before, after).find(
      ({ outcome, to = '' }) => outcome === 'blessed' && kinds.has(to) && !mayRun(kinds.get(to)),
    );
    return blessed && `blessed though it is ${kinds.get(blessed.to ?? '')}: ${blessed.message}`;
  },

  'nothing good is rejected, unless by hand or because its starts were cut short': (seen) => {
    const { before, after, kinds, model, tries } = seen;
    const known = new Set(before.rejected.map(({ checksum }) => checksum));
    const wrong = after.rejected.find(({ checksum, reason }) => {
      // One that the host made, and that is gone already, is not known.
      if (known.has(checksum) || !kinds.has(checksum) || kinds.get(checksum) === 'faulty') return false;
      if (reason.startsWith('rolled back to')) return !model.rolledBack;
      // It ended by itself, in a rehearsal or in a start.
      if (kinds.get(checksum) === 'leaving') return false;
      if (kinds.get(checksum) === 'returning' && reason.startsWith('in its rehearsal')) return false;
      const cutShort = model.cutShort + (kinds.get(checksum) === 'returning' ? 1 : 0);
      return !mayRun(kinds.get(checksum)) || cutShort < tries;
    });
    return wrong && `${short(wrong.checksum)} (${kinds.get(wrong.checksum)}) is rejected: ${wrong.reason}`;
  },

  'what was brought is staged, booted, or rejected': ({ model, before, after, updated }) => {
    // Both drop what was brought, or why it was not. While a rollback is pending, it is only fetched.
    if (!updated || model.rolledBack || model.forgiven) return undefined;
    if (before.rollback !== undefined || after.rollback !== undefined) return undefined;
    const { commit } = updated;
    const isThere = after.staged === commit || after.deployments[0]?.checksum === commit;
    if (isThere || after.rejected.some(({ checksum }) => checksum === commit)) return undefined;
    return `the update brought ${short(commit)}, which is neither`;
  },

  'nothing is staged that was not rehearsed': ({ before, after, rehearse }) => {
    // What was staged before the file said so, or while another one was rehearsed, is as it was.
    if (!rehearse || after.staged === undefined || after.staged === before.staged) return undefined;
    return after.staged === after.rehearsed ? undefined : `${short(after.staged)} is staged`;
  },

  'history tells of what is booted': ({ model, before, after }) => {
    const [booted] = after.deployments;
    if (model.remade || model.interrupted || after.state !== 'active' || after.trials.length > 0)
      return undefined;
    if (!booted || booted.checksum === before.deployments[0]?.checksum) return undefined;
    return newEntries(before, after).some(({ to }) => to === booted.checksum)
      ? undefined
      : `${short(booted.name)} is booted, which it does not mention`;
  },

  'history tells of what is rejected': ({ model, before, after }) => {
    if (model.remade || model.interrupted) return undefined;
    const known = new Set(before.rejected.map(({ checksum }) => checksum));
    const untold = after.rejected.find(
      ({ checksum }) =>
        !known.has(checksum) && !after.history.some(({ from, to }) => from === checksum || to === checksum),
    );
    return untold && `${short(untold.checksum)} is rejected, which it does not mention`;
  },

  'a pinned deployment is kept': ({ model, before, after }) => {
    if (model.unpinned || model.remade) return undefined;
    const lost = before.deployments.find(
      ({ name, pinned }) => pinned && !after.deployments.some((one) => one.name === name && one.pinned),
    );
    return lost && `${lost.name} was pinned`;
  },

  'no more deployments are kept than were asked for': ({ before, after: { deployments }, keep }) => {
    // One to go back to beside the kept ones, and one that is new.
    const most = keep + deployments.filter(({ pinned }) => pinned).length + 2;
    // Those that were unpinned, or are beyond a smaller Keep=, stay until a new one is deployed.
    const known = before.deployments.map(({ name }) => name);
    const isNew = deployments.some(({ name }) => !known.includes(name));
    return isNew && deployments.length > most
      ? `${deployments.length} deployments, and Keep=${keep}`
      : undefined;
  },

  '/var is what was written last': ({ before, after, writes, model }) => {
    const allowed = model.remade
      ? lastOf(writes)
      : lastOf([{ value: before.var ?? Number.NaN, deployment: '' }, ...writes]);
    return after.deployments.length === 0 || allowed.includes(after.var ?? Number.NaN)
      ? undefined
      : `it has ${after.var} instead of ${allowed.join(' or ')}`;
  },

  '/etc is what was written last, into the deployment or the one it was merged from': (seen) => {
    const wrong = seen.after.deployments.find((one) => !allowedIn(seen, one).includes(one.etc ?? Number.NaN));
    return wrong && `${short(wrong.name)} has ${wrong.etc} instead of ${allowedIn(seen, wrong).join(' or ')}`;
  },
};

/** test/unit/campaign.test.ts has a case for each in which it does not hold. */
export const invariantNames: readonly string[] = Object.keys(invariants);

/** All invariants that do not hold, and why. */
export function violations(seen: Seen): string[] {
  return Object.entries(invariants).flatMap(([name, holds]) => {
    const why = holds(seen);
    return why === undefined ? [] : [`${name}: ${why}`];
  });
}

/** Which of them a violation is of, or what else went wrong. */
export const invariantOf = (violation: string): string =>
  violation.replace(/^after a good update: /, '').split(':')[0] ?? '';

/** Of writes, what may be there now: the last one that is sure, and those after it that are not. */
function lastOf(writes: readonly Write[]): number[] {
  const sure = writes.findLastIndex(({ deployment }) => deployment !== undefined);
  return writes.slice(Math.max(sure, 0)).map(({ value }) => value);
}

/** What may be in the /etc of a deployment. */
function allowedIn({ before, after, writes, model }: Seen, { name }: Deployment): number[] {
  const known = model.remade ? undefined : before.deployments.find((one) => one.name === name);
  const before_ = known?.etc === undefined ? [] : [{ value: known.etc, deployment: name }];
  const own = [
    ...before_,
    ...writes.filter(({ deployment }) => deployment === name || deployment === undefined),
  ];
  if (known || own.some(({ deployment }) => deployment === name)) return lastOf(own);
  // It is new, and nothing was written into it: it was merged from another one.
  const others = [...(model.remade ? [] : before.deployments), ...after.deployments].map((one) => one.name);
  const from = [...new Set([...others, ...writes.map(({ deployment }) => deployment)])];
  return from.flatMap((other) =>
    other === undefined || other === name ? [] : allowedOf(other, { before, writes, model }),
  );
}

/** What was in the /etc of a deployment at the end, or at any time if the guest may have left it and come back. */
function allowedOf(
  name: string,
  { before, writes, model }: Pick<Seen, 'before' | 'writes' | 'model'>,
): number[] {
  const etc = model.remade ? undefined : before.deployments.find((one) => one.name === name)?.etc;
  const all = [
    ...(etc === undefined ? [] : [{ value: etc, deployment: name }]),
    ...writes.filter(({ deployment }) => deployment === name || deployment === undefined),
  ];
  return model.cutShort > 1 || model.rolledBack ? all.map(({ value }) => value) : lastOf(all);
}

/** Not by their time: the clock jumps. */
function newEntries(before: Facts, after: Facts) {
  const known = new Set(before.history.map((entry) => JSON.stringify(entry)));
  return after.history.filter((entry) => !known.has(JSON.stringify(entry)));
}

const isBoot = ({ deployments }: Facts, kinds: Seen['kinds'], kind: Kind): boolean =>
  kinds.get(deployments[0]?.checksum ?? '') === kind;
