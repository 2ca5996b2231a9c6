import { bootedRoot } from '../boot/root-link.ts';
import type { Guest } from '../config/guest.ts';
import { originName } from '../config/origin.ts';
import { enabledUnits } from '../machine/enabled.ts';
import {
  activeStates,
  guestUnit,
  nextElapses,
  showUnits,
  timerUnit,
  updateUnit,
} from '../machine/systemctl.ts';
import { type Deployment, listDeployments, originOf, sourceOfOrigin } from '../ostree/deployments.ts';
import { whatIsStaged } from '../ostree/staged-inside.ts';
import { type Rejection, rejectedCommits } from '../state/rejected.ts';
import { type Rollback, readRollback } from '../state/rollback.ts';
import { readStaged, type Staged } from '../state/staged.ts';
import { readTrial, type Trial } from '../state/trial.ts';

/** All that is known of one guest; what the commands print is a function of it. */
export interface Overview {
  readonly guest: Guest;
  /** Where the default deployment of a guest that manages itself came from, if not from where its file says. */
  readonly rebased: string | undefined;
  /** The default deployment first. */
  readonly deployments: readonly Deployment[];
  /** What the guest runs from; nothing where it is stopped. */
  readonly running: Deployment | undefined;
  /** To be deployed at the next start. */
  readonly staged: Staged | undefined;
  /** Asked for, to be the default after the next start. */
  readonly rollback: Rollback | undefined;
  /** Of the default deployment. */
  readonly trial: Trial | undefined;
  /** Commits that failed. */
  readonly rejected: readonly Rejection[];
  /** `running` and the like are systemd's ActiveState of the guest's unit in words of machines. */
  readonly state: State;
  readonly since: Date | undefined;
  readonly update: {
    readonly state: 'running' | 'failed' | 'idle';
    /** What the update service last said of its progress. */
    readonly status: string;
    readonly next: Date | undefined;
    readonly enabled: boolean;
  };
}

export type State = 'not created' | 'stopped' | 'starting' | 'running' | 'stopping' | 'failed';

/** What systemd knows of a guest. */
interface Units {
  /** The ActiveState of its own unit and of its update's. */
  readonly machine: string;
  readonly service: string;
  /** What these say of themselves, unless they are inactive. */
  readonly since: string | undefined;
  readonly status: string | undefined;
  readonly next: Date | undefined;
  readonly enabled: boolean;
}

/**
 * Gathers the overviews of any number of guests with two processes, and a third for what units that are not inactive say
 * of themselves. systemd loads what is shown by its name, and sends hundreds of properties of each: so no others are shown.
 */
export async function gather(guests: readonly Guest[], { shows = true } = {}): Promise<Overview[]> {
  const [states, next] = await Promise.all([activeStates([guestUnit('*'), updateUnit('*')]), nextElapses()]);
  const stateOfUnit = (unit: string) => states.get(unit) ?? 'inactive';
  const units = guests.flatMap(({ name }) => [guestUnit(name), updateUnit(name)]);
  const busy = shows ? units.filter((unit) => stateOfUnit(unit) !== 'inactive') : [];
  const shown = await showUnits(busy, ['StatusText', 'ActiveEnterTimestamp']);
  const enabled = enabledUnits();
  return guests.map((guest) => {
    const [machine, service, timer] = [guestUnit(guest.name), updateUnit(guest.name), timerUnit(guest.name)];
    return overview(guest, {
      ...{ machine: stateOfUnit(machine), service: stateOfUnit(service) },
      since: shown[busy.indexOf(machine)]?.['ActiveEnterTimestamp'],
      status: shown[busy.indexOf(service)]?.['StatusText'],
      ...{ next: next.get(timer), enabled: enabled.has(timer) },
    });
  });
}

function overview(guest: Guest, units: Units): Overview {
  const deployments = listDeployments(guest.sysroot);
  const state = deployments.length === 0 ? 'not created' : stateOf(units.machine);
  const runs = state === 'running' || state === 'stopping';
  const staged = runs ? whatIsStaged(guest) : readStaged(guest.name);
  return {
    guest,
    rebased: rebasedTo(guest, deployments[0]),
    deployments,
    running: runs ? deployments.find(({ path }) => path === bootedRoot(guest.name)) : undefined,
    staged: staged?.checksum === deployments[0]?.checksum ? undefined : staged,
    rollback: readRollback(guest.name),
    trial: readTrial(guest.name, deployments[0]?.name),
    rejected: rejectedCommits(guest.name),
    state,
    since: time(units.since),
    update: {
      state: updateState(units.service),
      status: units.status ?? '',
      next: units.next,
      enabled: units.enabled,
    },
  };
}

function stateOf(activeState: string): State {
  if (activeState === 'active' || activeState === 'reloading') return 'running';
  if (activeState === 'activating') return 'starting';
  if (activeState === 'deactivating') return 'stopping';
  return activeState === 'failed' ? 'failed' : 'stopped';
}

function updateState(activeState: string): Overview['update']['state'] {
  if (activeState === 'activating') return 'running';
  return activeState === 'failed' ? 'failed' : 'idle';
}

/** As `systemctl show --timestamp=unix` prints it: @SECONDS, or nothing. */
function time(value: string | undefined): Date | undefined {
  return value?.startsWith('@') && value !== '@0' ? new Date(Number(value.slice(1)) * 1000) : undefined;
}

function rebasedTo({ update, origin }: Guest, next: Deployment | undefined): string | undefined {
  if (update.by !== 'rpm-ostree' || !next) return undefined;
  const source = sourceOfOrigin(originOf(next));
  return source === originName(origin) ? undefined : source;
}
