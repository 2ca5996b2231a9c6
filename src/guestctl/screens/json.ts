import { originName } from '../../config/origin.ts';
import { formatProblem, mistakesIn } from '../../config/problem.ts';
import type { MachineFacts } from '../../machine/machine-facts.ts';
import type { Deployment } from '../../ostree/deployments.ts';
import type { Lock, LockRefusal } from '../../state/fleet-lock.ts';
import type { Staged } from '../../state/staged.ts';
import type { Undeployed } from '../../state/undeployed.ts';
import type { Details } from '../details.ts';
import type { BrokenGuest, Overview } from '../overview.ts';
import { troublesOf } from '../troubles.ts';
import { nothingUnapplied } from '../unapplied.ts';
import { versionOf } from './wording.ts';

/** Returns the stable form for scripts: full commits, times in RFC 3339, null for missing values. */
export function overviewJson(overview: Overview) {
  const { guest, deployments, running, staged, rollback, trial, rejected } = overview;
  const { state, since, update } = overview;
  return {
    name: guest.name,
    description: guest.description,
    file: guest.file,
    source: originName(guest.origin),
    sysroot: guest.sysroot,
    state,
    hidden: overview.isHidden,
    damage: overview.damage ?? null,
    troubles: troublesOf(overview),
    unapplied: overview.unapplied,
    since: (state === 'running' && since?.toISOString()) || null,
    running: running ? deployment(running) : null,
    staged: staged ? stagedJson(staged, overview) : null,
    lock: overview.lock ? lock(overview.lock) : null,
    rollback: rollback?.deployment ?? null,
    trial: trial ? { tries: trial.tries, left: trial.left, fallback: trial.fallback ?? null } : null,
    rejected: rejected.map(({ checksum, reason, time }) => ({
      checksum,
      reason,
      since: new Date(time).toISOString(),
    })),
    deployments: deployments.map(deployment),
    update: {
      state: update.state,
      fault: update.fault ?? null,
      next: update.next?.toISOString() ?? null,
      window: update.window?.toISOString() ?? null,
      timer: enabledWord(update.enabled),
      windowTimer: update.windowEnabled === undefined ? null : enabledWord(update.windowEnabled),
    },
  };
}

const enabledWord = (isEnabled: boolean) => (isEnabled ? 'enabled' : 'disabled');

const stagedJson = ({ checksum, refspec, time }: Staged, { hold, undeployed }: Overview) => ({
  checksum,
  refspec,
  since: new Date(time).toISOString(),
  appliedFrom: hold?.from?.toISOString() ?? null,
  onlyInWindow: hold?.isOnlyInWindow ?? false,
  waitsForRehearsal: hold?.isUnrehearsed ?? false,
  waitsForLock: hold?.lock ? refusal(hold.lock) : null,
  failure: undeployedJson(undeployed),
});

/** Says why the last start could not deploy an update. */
export const undeployedJson = (undeployed: Undeployed | undefined) =>
  undeployed ? { reason: undeployed.reason, since: new Date(undeployed.time).toISOString() } : null;

const refusal = ({ kind, reason, since }: LockRefusal) => ({
  kind,
  reason,
  since: new Date(since).toISOString(),
});

const lock = ({ url, group, id, isHeld, since, fault }: Lock) => ({
  url,
  group,
  id,
  held: isHeld,
  since: new Date(since).toISOString(),
  fault: fault ?? null,
});

const deployment = ({ checksum, serial, title }: Deployment) => ({
  checksum,
  serial,
  title,
  version: versionOf(title) ?? null,
});

/** Returns a guest whose file has mistakes in the form of overviewJson(). Unknown values are null or empty. */
export const brokenJson = ({ broken: { name, file, problems }, state }: BrokenGuest) => ({
  name,
  description: '',
  file,
  source: '',
  sysroot: '',
  state,
  hidden: problems.some(({ isForbidden }) => isForbidden),
  damage: null,
  troubles: mistakesIn(problems).map((problem) => ({
    kind: 'file has mistakes',
    message: formatProblem(problem),
  })),
  unapplied: nothingUnapplied,
  since: null,
  running: null,
  staged: null,
  lock: null,
  rollback: null,
  trial: null,
  rejected: [],
  deployments: [],
  update: { state: 'idle', fault: null, next: null, window: null, timer: 'disabled', windowTimer: null },
});

/** Adds the fields that only `status` has. */
export function statusJson(overview: Overview, { space, machine }: Details) {
  const told = overviewJson(overview);
  const unique = (name = '') => space.get(name) ?? 0;
  const deployments = told.deployments.map((deployment, index) => ({
    ...deployment,
    unique: unique(overview.deployments[index]?.name),
  }));
  return { ...told, deployments, network: networkJson(overview), machine: machineJson(machine) };
}

const networkJson = ({ guest: { machine, values } }: Overview) => ({
  kind: machine.network,
  zone: values.last('Network', 'Zone') ?? null,
  bridge: values.last('Network', 'Bridge') ?? null,
  ports: values.all('Network', 'Port'),
});

const machineJson = (machine: MachineFacts | undefined) =>
  machine
    ? {
        memory: machine.memory ?? null,
        cpu: machine.cpu ?? null,
        tasks: machine.tasks ?? null,
        addresses: machine.addresses,
        links: machine.links,
      }
    : null;
