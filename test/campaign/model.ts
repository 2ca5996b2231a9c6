// What the campaign knows of a guest without looking at it: what was asked for, and what may come of that. Pure.

/** What a commit does to the guest that takes it. */
export type Kind =
  /** Comes up. */
  | 'good'
  /** Never comes up, or fails its health check. */
  | 'faulty'
  /** Comes up, and powers itself off soon after, each time: it may be in the middle of its check. */
  | 'leaving'
  /** Comes up, and reboots soon after, once. */
  | 'returning'
  /** Has a directory where the guest has a file in /etc: OSTree cannot merge it. */
  | 'clashing'
  /** Has no kernel, or no init system if the host makes the commit: it is refused before it is staged. */
  | 'kernelless';

/** Whether such a commit may be found healthy, and run. */
export const mayRun = (kind: Kind | undefined): boolean =>
  kind === 'good' || kind === 'leaving' || kind === 'returning';

/** `either`: what was done last may or may not have kept it up. */
type Wanted = 'up' | 'down' | 'either';

export interface Model {
  readonly wanted: Wanted;
  /** Whether it has a guest file and was made. */
  readonly exists: boolean;
  /** The kind of what the origin offers that it follows, ... */
  readonly offered: Kind;
  /** ... and of what the others offer that it could follow: the next one first, as in a ring. */
  readonly elsewhere: readonly Kind[];
  /** In this round: how many starts were cut short, or may have been. Each is a try that an update on trial loses. */
  readonly cutShort: number;
  /** In this round: whether something that starts or stops it was begun, and nobody waited for its end. */
  readonly isUnsettled: boolean;
  /** In this round: whether a person asked for another deployment, ... */
  readonly rolledBack: boolean;
  /** ... had it forgotten what was rejected, ... */
  readonly forgiven: boolean;
  /** ... made or removed the guest, ... */
  readonly remade: boolean;
  /** ... unpinned a deployment. */
  readonly unpinned: boolean;
  /** In this round: whether a step was killed, or all of the host, so that it may not have written what it did. */
  readonly interrupted: boolean;
  /** In this round: whether the host did something to the guest's steps that they cannot help. */
  readonly hostMeddled: boolean;
}

/** Of a guest that has that many origins. */
export const modelOf = (origins: number): Model => ({
  ...newModel,
  elsewhere: Array.from({ length: origins - 1 }, () => 'good'),
});

export const newModel: Model = {
  wanted: 'up',
  exists: true,
  offered: 'good',
  elsewhere: ['good', 'good', 'good'],
  cutShort: 0,
  isUnsettled: false,
  rolledBack: false,
  forgiven: false,
  remade: false,
  unpinned: false,
  interrupted: false,
  hostMeddled: false,
};

/** What comes of an action, of which the next one may not wait for the end: how two end that meet is not sure. */
export function apply(model: Model, effect: (model: Model) => Model, waits: boolean): Model {
  const next = effect(model);
  const moves = next.cutShort !== model.cutShort || next.wanted !== model.wanted;
  return {
    ...next,
    wanted: moves && model.isUnsettled ? 'either' : next.wanted,
    isUnsettled: model.isUnsettled || (moves && !waits),
  };
}

/** What is said of a round is forgotten; what lasts stays. A guest that may have been down was started at its end. */
export const nextRound = ({ wanted, exists, offered, elsewhere }: Model): Model => ({
  ...newModel,
  wanted: wanted === 'either' ? 'up' : wanted,
  exists,
  offered,
  elsewhere,
});
